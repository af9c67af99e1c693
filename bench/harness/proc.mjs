/** What the kernel knows about processor time: of one process, of the children that ended, of the whole machine. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
const MICROSECONDS_PER_TICK = 1e6 / TICKS

/**
 * Processor time of a process so far, in µs. The sum comes from the scheduler (nanoseconds, all threads); the kernel splits it
 * into user and system by ticks, so only the shares are taken from there.
 */
export function cpuTime(pid) {
  const fields = statFields(pid)
  return { total: scheduled(pid), userTicks: Number(fields[11]), systemTicks: Number(fields[12]) }
}

/** The difference of two `cpuTime`s: µs in all, and of that in user mode. */
export function cpuSpent(before, after) {
  const total = after.total - before.total
  const user = after.userTicks - before.userTicks
  const ticks = user + after.systemTicks - before.systemTicks
  return { total, user: ticks > 0 ? (total * user) / ticks : 0 }
}

/** µs used by this process, its threads, and by its children that have ended. */
export function ownTime() {
  const fields = statFields('self')
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) * MICROSECONDS_PER_TICK
}

/** µs during which any core of the machine was not idle, time stolen by the hypervisor included. */
export function machineTime() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq + steal) * MICROSECONDS_PER_TICK
}

/** Resident memory of a process, MiB. */
export const residentMemory = (pid) => memory(pid, 'VmRSS')

/** The most that was ever resident of a process, MiB. */
export const peakMemory = (pid) => memory(pid, 'VmHWM')

function memory(pid, field) {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm'))
  return line ? Number(line[1]) / 1024 : 0
}

/** Fields of /proc/<pid>/stat from the third on; the second may hold spaces. */
function statFields(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** µs that all threads of a process were given so far. */
export function scheduled(pid) {
  let nanoseconds = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ', 1)[0])
  }
  return nanoseconds / 1000
}

/** Puts one case to a server and judges what came back. */
import { connect } from 'node:net'

/** Sent behind each case: answering it shows where the next request is believed to begin. */
const next = Buffer.from('GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
/** How long a case that must be waited for is waited for, in milliseconds. */
const patience = 300
/** How long any other connection may be silent before it counts as hanging. */
const hanging = 2_000

/** Runs cases, some at a time; calls back with each case and why it failed, or undefined. */
export async function askAll(port, cases, report, atOnce = 24) {
  const left = [...cases]
  const work = async () => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      const outcome = await ask(port, row)
      report(row, judge(row, outcome), outcome)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/**
 * Talks to a server on this machine: the statuses and echoes that came, and how it ended: `end`, `reset`, or `open` when nothing more
 * came.
 */
export async function ask(port, row) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const received = []
  let wake = () => {}
  let ended
  const note = (how) => () => {
    ended ??= how
    wake()
  }
  socket.on('data', (data) => {
    received.push(data)
    wake()
  })
  socket.on('end', note('end'))
  socket.on('error', note('reset'))
  socket.on('close', note('end'))
  const event = (ms) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms)
      wake = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })
  for (const [at, piece] of row.pieces.entries()) {
    if (at > 0 && received.length === 0 && ended === undefined) await event(hanging)
    socket.write(at + 1 === row.pieces.length && isFollowed(row) ? Buffer.concat([piece, next]) : piece)
  }
  while (ended === undefined && (await event(row.end === 'wait' ? patience : hanging)));
  socket.destroy()
  const head = row.pieces[0].subarray(0, 5).toString('latin1') === 'HEAD '
  return { ...responsesOf(Buffer.concat(received), head), ended: ended ?? 'open' }
}

/** Not where the server must wait, and not behind a request that rightly ends the connection: its end is seen without. */
function isFollowed(row) {
  return row.end !== 'wait' && !(row.end === 'close' && row.statuses.flat().every((status) => status < 400))
}

/** Cuts what came into responses; text that is none counts as status 0. */
function responsesOf(bytes, isHead) {
  const [statuses, echo] = [[], []]
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at)
    const line = /^HTTP\/1\.[01] (\d{3})/.exec(bytes.toString('latin1', at, at + 16))
    if (end === -1 || line === null) return { statuses: [...statuses, 0], echo }
    const status = Number(line[1])
    const head = bytes.toString('latin1', at, end).toLowerCase()
    statuses.push(status)
    at = end + 4
    if (status < 200) continue
    const hasBody = !(status === 204 || status === 304 || (isHead && echo.length === 0))
    const body = hasBody ? bodyAt(bytes, at, head) : { text: '', end: at }
    at = body.end
    echo.push(parsed(body.text))
  }
  return { statuses, echo }
}

function bodyAt(bytes, at, head) {
  const length = /\r\ncontent-length: *(\d+)/.exec(head)
  if (length !== null) {
    const end = Math.min(bytes.length, at + Number(length[1]))
    return { text: bytes.toString('utf8', at, end), end }
  }
  if (!/\r\ntransfer-encoding: *chunked/.test(head)) return { text: bytes.toString('utf8', at), end: bytes.length }
  const parts = []
  const text = () => Buffer.concat(parts).toString('utf8')
  for (let from = at; ; ) {
    const line = bytes.indexOf('\r\n', from)
    const size = line === -1 ? Number.NaN : Number.parseInt(bytes.toString('latin1', from, line), 16)
    if (Number.isNaN(size)) return { text: text(), end: bytes.length }
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    from = line + 2 + size + 2
    if (size === 0) return { text: text(), end: from }
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** Why an outcome is not what must happen, in a few words; undefined when it is. */
export function judge(row, { statuses, ended, echo }) {
  const finals = statuses.filter((status) => status !== 100)
  const wanted = row.statuses.filter((allowed) => !allowed.includes(100))
  const got = `${statuses.join(' ') || 'no answer'}, ${{ end: 'closed', reset: 'reset', open: 'left open' }[ended]}`
  if (row.end === 'wait') return statuses.length === 0 && ended === 'open' ? undefined : got
  const most = wanted.length + (row.end === 'close' ? 0 : 1)
  const least = wanted.length + (row.end === 'keep' ? 1 : 0)
  if (ended === 'open' || finals.length < least || finals.length > most) return got
  if (finals.some((status, at) => !(wanted[at] ?? [200]).includes(status))) return got
  if (statuses.length - finals.length < row.statuses.length - wanted.length) return `${got}, without 100`
  const last = echo[wanted.length - 1] ?? {}
  const other = Object.keys(row.echo).find((name) => last[name] !== row.echo[name])
  return other === undefined ? undefined : `${got}, ${other} read as ${JSON.stringify(last[other])?.slice(0, 60)}`
}

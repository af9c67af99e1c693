/** pg-boss, the queue of jobs in PostgreSQL, over connections of ours instead of a pool of its own. */
import PgBoss from 'pg-boss'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type NativeClient, native } from '../../src/postgres/index.ts'
import { startPostgres, type TestPostgres } from './server.ts'

let server: TestPostgres
let client: NativeClient
let boss: PgBoss
const failures: unknown[] = []

beforeAll(async () => {
  server = await startPostgres()
  client = native(server.url, { max: 2 })
  boss = new PgBoss({
    db: {
      // Its own driver takes undefined for NULL.
      executeSql: async (text, values = []) => ({
        rows: await client.unsafe(
          text,
          values.map((value) => value ?? null),
        ),
      }),
    },
    maintenanceIntervalSeconds: 1,
  })
  boss.on('error', (error) => failures.push(error))
  await boss.start()
}, 60_000)

afterAll(async () => {
  await boss?.stop({ timeout: 1000 })
  await client?.end({ timeout: 1 })
  await server?.stop()
})

it('has jobs done, each once, with what they were given', { timeout: 30_000 }, async () => {
  await boss.createQueue('letters')
  const letters = Array.from({ length: 20 }, (_, number) => ({ number, to: `Ü '${number}"` }))
  const [first, ...others] = letters as [object, ...object[]]
  await boss.send('letters', first)
  await boss.insert(others.map((data) => ({ name: 'letters', data })))
  const done: unknown[] = []
  const all = new Promise<void>((resolve) => {
    const work = async (jobs: Array<PgBoss.Job>): Promise<void> => {
      done.push(...jobs.map(({ data }) => data))
      if (done.length >= letters.length) resolve()
    }
    void boss.work('letters', { batchSize: 5, pollingIntervalSeconds: 0.5 }, work)
  })
  await all
  expect(done).toHaveLength(letters.length)
  expect(done).toEqual(expect.arrayContaining(letters))
  expect(await boss.getQueueSize('letters')).toBe(0)
})

it('tries a job that failed again, and keeps what it gave', { timeout: 30_000 }, async () => {
  await boss.createQueue('calls')
  const id = await boss.send('calls', { number: 7 }, { retryLimit: 2 })
  let attempts = 0
  const answered = new Promise<void>((resolve) => {
    const work = async (): Promise<object> => {
      attempts += 1
      if (attempts === 1) throw new Error('nobody there')
      resolve()
      return { said: 'hello' }
    }
    void boss.work('calls', { pollingIntervalSeconds: 0.5 }, work)
  })
  await answered
  await boss.offWork('calls')
  await expect.poll(async () => (await boss.getJobById('calls', id as string))?.state).toBe('completed')
  expect(await boss.getJobById('calls', id as string)).toMatchObject({ retryCount: 1, output: { said: 'hello' } })
})

it('keeps schedules, and nothing of it failed', async () => {
  await boss.createQueue('mornings')
  await boss.schedule('mornings', '0 7 * * *', { by: 'clock' }, { tz: 'Europe/Berlin' })
  expect(await boss.getSchedules()).toMatchObject([{ name: 'mornings', cron: '0 7 * * *', data: { by: 'clock' } }])
  await boss.unschedule('mornings')
  expect(await boss.getSchedules()).toEqual([])
  expect(failures).toEqual([])
})

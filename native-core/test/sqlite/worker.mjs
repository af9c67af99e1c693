// Runs a statement that does not end, and one that writes.
import { parentPort, workerData } from 'node:worker_threads'
import { native } from '@bolt-app/core/sqlite'

const client = native(workerData.url)
await client.execute('create table if not exists t (a)')
void client.execute(workerData.sql)
void client.execute(`insert into t ${workerData.sql}`)
setTimeout(() => parentPort.postMessage('running'), 20)

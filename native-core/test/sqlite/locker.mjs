// Has the lock for writing on a file until it is told to commit, or is killed.
import { native } from '@bolt-app/core/sqlite'

const client = native(`file:${process.argv[2].replaceAll('%', '%25')}`)
const transaction = await client.transaction('write')
await transaction.execute('insert into t values (1)')
process.once('message', async () => {
  await transaction.commit()
  await client.end()
  process.disconnect()
})
process.send('locked')

import { randomBytes } from 'node:crypto'

let lastMillisecond = 0
let sequence = 0

/**
 * A new UUID version 7. Ids made by one process sort in the order they were made, which makes an id a page cursor as well: the first 48 bits
 * are the time in milliseconds, the next 12 count within it.
 */
export function newId(): string {
  const now = Math.max(Date.now(), lastMillisecond)
  sequence = now === lastMillisecond ? sequence + 1 : 0
  lastMillisecond = sequence > 0xfff ? now + 1 : now
  sequence &= 0xfff

  const bytes = randomBytes(16)
  bytes.writeUIntBE(lastMillisecond, 0, 6)
  bytes.writeUInt16BE(0x7000 | sequence, 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

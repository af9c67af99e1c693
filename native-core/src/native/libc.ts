import { closeSync, openSync, readSync } from 'node:fs'

/** The segment of an ELF file that names its loader. */
const PT_INTERP = 3

/**
 * Which C library a Linux executable is made for, by the loader that it names; undefined when that cannot be told.
 * What lies on the disk beside it proves nothing (Debian with musl installed, Alpine with gcompat), and `process.report` costs a start more
 * than loading the core does.
 */
export function libcOf(executable: string): 'glibc' | 'musl' | undefined {
  // A loader that was called by hand (`ld-musl-x86_64.so.1 node …`) is the executable itself; Debian's musl is a link to its `libc.so`.
  const loader = loaderOf(executable) ?? executable
  if (/ld-musl-|-musl\/libc\.so$/.test(loader)) return 'musl'
  return loader.includes('ld-linux') ? 'glibc' : undefined
}

function loaderOf(executable: string): string | undefined {
  try {
    const file = openSync(executable, 'r')
    try {
      return interpreter((offset, length) => {
        const bytes = Buffer.alloc(length)
        readSync(file, bytes, 0, length, offset)
        return bytes
      })
    } finally {
      closeSync(file)
    }
  } catch {
    // A sandbox may hide the executable from its own process, and what is no ELF file has offsets that lead nowhere.
    return undefined
  }
}

/** Of 64-bit little-endian ELF files, which is all that there are binaries for. */
function interpreter(read: (offset: number, length: number) => Buffer): string | undefined {
  const header = read(0, 64)
  if (header.readUInt32BE(0) !== 0x7f454c46) return undefined
  const [size, count] = [header.readUInt16LE(54), header.readUInt16LE(56)]
  const table = read(Number(header.readBigUInt64LE(32)), size * count)
  for (let at = 0; at < table.length; at += size) {
    if (table.readUInt32LE(at) !== PT_INTERP) continue
    return read(Number(table.readBigUInt64LE(at + 8)), Number(table.readBigUInt64LE(at + 32))).toString('latin1')
  }
  return undefined
}

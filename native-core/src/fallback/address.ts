import { BlockList, isIP } from 'node:net'

/** Finds the client's address: the peer's, unless the peer is a trusted proxy, then the right-most untrusted hop of X-Forwarded-For. */
export class AddressReader {
  readonly #trusted = new BlockList()
  readonly #isEmpty: boolean

  constructor(blocks: readonly string[]) {
    this.#isEmpty = blocks.length === 0
    for (const block of blocks) {
      const [address = '', bits] = block.split('/')
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      if (bits === undefined) this.#trusted.addAddress(address, family)
      else this.#trusted.addSubnet(address, Number(bits), family)
    }
  }

  read(peer: string | undefined, forwarded: string | undefined): string {
    // A Unix domain socket has no addresses, and is reached from this machine only.
    let address = plain(peer ?? '127.0.0.1')
    if (this.#isEmpty || forwarded === undefined) return address
    const hops = forwarded.split(',').map((hop) => plain(hop.trim()))
    while (hops.length > 0 && this.#isTrusted(address)) {
      const hop = hops.pop() as string
      if (isIP(hop) === 0) break
      address = hop
    }
    return address
  }

  #isTrusted(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#trusted.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/** IPv4 written as IPv6 becomes IPv4 again. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}

import type { Connections } from '../database/connections.ts'
import { quotedChannel } from './channel.ts'
import { settledText } from './settled.ts'

/** Told of each notification of a channel. */
export type OnNotify = (payload: string) => void

/** A channel that is listened to. */
export interface Listening {
  /** Listens no more. Notifications that have come by then may still be told. */
  unlisten(): Promise<void>
}

/** Who listens to a channel. */
interface Subscriber {
  readonly channel: string
  readonly onNotify: OnNotify
  readonly onListen: (() => void) | undefined
}

/** Milliseconds until a connection that was lost is asked for again, doubled each time. */
const FIRST_DELAY = 50
const LAST_DELAY = 5_000

/**
 * Listens to any number of channels on one connection, which is made with the first of them and closed with the last. When it is lost, another one is made, and
 * all channels are listened to again; what was notified meanwhile is lost, as PostgreSQL keeps it for nobody.
 */
export class Listener {
  readonly #open: () => Connections
  readonly #subscribers = new Set<Subscriber>()
  /** The connection, once it is there. */
  #session: Promise<Session> | undefined
  #delay = FIRST_DELAY
  #timer: NodeJS.Timeout | undefined

  /** @param open opens connections that nothing else uses */
  constructor(open: () => Connections) {
    this.#open = open
  }

  async listen(channel: string, onNotify: OnNotify, onListen: (() => void) | undefined): Promise<Listening> {
    quotedChannel(channel)
    const subscriber = { channel, onNotify, onListen }
    this.#subscribers.add(subscriber)
    try {
      const session = await this.#connected()
      await session.listen(channel)
    } catch (error) {
      this.#subscribers.delete(subscriber)
      this.#endIfUnused()
      throw error
    }
    onListen?.()
    return { unlisten: () => this.#unlisten(subscriber) }
  }

  /** Closes the connection; nothing is told any more. */
  async end(): Promise<void> {
    this.#subscribers.clear()
    clearTimeout(this.#timer)
    await this.#close()
  }

  async #unlisten(subscriber: Subscriber): Promise<void> {
    if (!this.#subscribers.delete(subscriber) || this.#endIfUnused()) return
    const isLast = ![...this.#subscribers].some(({ channel }) => channel === subscriber.channel)
    if (isLast) await (await this.#session)?.unlisten(subscriber.channel)
  }

  #endIfUnused(): boolean {
    if (this.#subscribers.size > 0) return false
    void this.#close()
    return true
  }

  async #close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    await (await session?.catch(() => undefined))?.end()
  }

  #connected(): Promise<Session> {
    this.#session ??= this.#connect()
    return this.#session
  }

  async #connect(): Promise<Session> {
    const connections = this.#open()
    try {
      const session = await Session.on(connections)
      this.#delay = FIRST_DELAY
      void this.#tell(session)
      return session
    } catch (error) {
      this.#session = undefined
      await connections.end(0)
      throw error
    }
  }

  /** Tells what comes until the connection is lost or closed. */
  async #tell(session: Session): Promise<void> {
    try {
      for (;;) {
        for (const [channel, payload] of await session.notifications()) this.#publish(channel, payload)
      }
    } catch {
      const isLost = !session.isEnded
      await session.end()
      if (!isLost) return
      this.#session = undefined
      await this.#again()
    }
  }

  #publish(channel: string, payload: string): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.channel === channel) told(() => subscriber.onNotify(payload))
    }
  }

  /** Connects again, however long that takes, and listens to everything. */
  async #again(): Promise<void> {
    if (this.#subscribers.size === 0) return
    try {
      const session = await this.#connected()
      for (const channel of new Set([...this.#subscribers].map(({ channel }) => channel))) await session.listen(channel)
      for (const { onListen } of this.#subscribers) told(() => onListen?.())
    } catch {
      this.#timer = setTimeout(() => void this.#again(), this.#delay)
      this.#delay = Math.min(this.#delay * 2, LAST_DELAY)
    }
  }
}

/** What a callback throws is its application's, as with events: nobody here could do anything about it. */
function told(callback: () => void): void {
  try {
    callback()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** A connection that listens. */
class Session {
  readonly #connections: Connections
  readonly #lane: number
  #ending: Promise<void> | undefined
  #next: Promise<string>

  static async on(connections: Connections): Promise<Session> {
    const lane = await settledText('listen', (settle) => connections.reserve(settle))
    return new Session(connections, Number(lane))
  }

  private constructor(connections: Connections, lane: number) {
    this.#connections = connections
    this.#lane = lane
    this.#next = this.#wait()
  }

  async listen(channel: string): Promise<void> {
    await this.#run(`listen ${quotedChannel(channel)}`)
  }

  async unlisten(channel: string): Promise<void> {
    await this.#run(`unlisten ${quotedChannel(channel)}`)
  }

  async notifications(): Promise<Array<[channel: string, payload: string]>> {
    const text = await this.#next
    this.#next = this.#wait()
    return JSON.parse(text) as Array<[string, string]>
  }

  get isEnded(): boolean {
    return this.#ending !== undefined
  }

  end(): Promise<void> {
    if (this.#ending === undefined) {
      this.#connections.release(this.#lane)
      this.#ending = this.#connections.end(0)
    }
    return this.#ending
  }

  #wait(): Promise<string> {
    const next = settledText('listen', (settle) => this.#connections.notifications(this.#lane, settle))
    // It may fail while nobody looks, and then fails for who looks.
    next.catch(() => undefined)
    return next
  }

  #run(sql: string): Promise<string> {
    const message = { sql, parameters: [], types: undefined, isSimple: false }
    return settledText(sql, (settle) => void this.#connections.send(message, this.#lane, settle))
  }
}

import { type Check, checkShape, shape } from './check.ts'
import { Reply } from './reply.ts'
import { Encoded } from './source.ts'

/** One event of a stream of server-sent events. */
export interface ServerSentEvent {
  /** Sent as it is when it is a string, else as JSON. */
  data?: unknown
  /** What the client listens for. @default 'message' */
  event?: string | undefined
  /** What the client sends as Last-Event-ID when it comes back. */
  id?: string | undefined
  /** Milliseconds after which the client comes back when the connection ended. */
  retry?: number | undefined
}

export interface SseOptions {
  /** Milliseconds after which the client comes back when the connection ended. @default the client's, usually 3000 */
  retry?: number
  /** Milliseconds without an event after which a comment is sent, so that nobody on the way takes the connection for dead; 0 for none. @default 15000 */
  keepAlive?: number
}

/** Sends one event; resolves once the client is ready for the next. False when the client is gone. */
export type SendEvent = (event: string | ServerSentEvent) => Promise<boolean>

/** What events come from: something to iterate over, or a function that sends them until it returns. */
export type EventSource =
  | AsyncIterable<string | ServerSentEvent>
  | ((send: SendEvent, signal: AbortSignal) => Promise<void> | void)

const positive: Check = shape.integer({ min: 0, max: 2_147_483_647 })

/**
 * Answers with server-sent events (HTML standard §9.2). When the client goes away, the source is ended: `return()` of an iterator, the
 * `signal` of a function.
 * @example return sse(async function* () { for await (const note of changes) yield { event: 'note', id: note.id, data: note } }())
 */
export function sse(source: EventSource, options: SseOptions = {}): Reply<AsyncIterable<string>, 200> {
  checkShape('sse()', options, { retry: positive, keepAlive: positive })
  const isIterable = typeof (source as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === 'function'
  if (!isIterable && typeof source !== 'function')
    throw new TypeError('sse() takes an async iterable, or a function (send, signal) => …')
  const events = typeof source === 'function' ? sentBy(source) : source
  // X-Accel-Buffering: nginx would hold events back until its buffer is full.
  const headers = ['content-type', 'text/event-stream', 'cache-control', 'no-cache', 'x-accel-buffering', 'no']
  const { retry, keepAlive = 15_000 } = options
  const stream = new Encoded(events, eventText, {
    opening: retry === undefined ? undefined : `retry: ${retry}\n\n`,
    silence: keepAlive === 0 ? undefined : { after: keepAlive, chunk: ':\n\n' },
  })
  return new Reply<AsyncIterable<string>, 200>(stream, undefined, headers)
}

/** An event as the client reads it. */
export function eventText(given: string | ServerSentEvent): string {
  if (typeof given === 'string') return `${dataLines(given)}\n`
  let text = ''
  if (given.event !== undefined) text += `event: ${oneLine('event', given.event)}\n`
  if (given.id !== undefined) text += `id: ${oneLine('id', given.id)}\n`
  if (given.retry !== undefined) text += `retry: ${wholeNumber(given.retry)}\n`
  if (given.data !== undefined) {
    const data = typeof given.data === 'string' ? given.data : JSON.stringify(given.data)
    if (data === undefined) throw new TypeError(`sse(): data is a ${typeof given.data}, which has no JSON form`)
    text += dataLines(data)
  }
  return `${text}\n`
}

/** Each of these ends a line for the client, so each begins a new field. Most texts have none. */
function dataLines(data: string): string {
  if (!data.includes('\n') && !data.includes('\r')) return `data: ${data}\n`
  return data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')
}

function oneLine(field: string, value: string): string {
  if (typeof value === 'string' && !/[\r\n\0]/.test(value)) return value
  throw new TypeError(`sse(): ${field} is ${JSON.stringify(value)}; it must be text without line ends and nulls`)
}

function wholeNumber(value: number): number {
  if (Number.isInteger(value) && value >= 0) return value
  throw new TypeError(`sse(): retry is ${String(value)}; it must be a whole number of milliseconds`)
}

/** Makes something to iterate over of a function that sends; each `send` waits until its event was taken. */
function sentBy(run: Exclude<EventSource, AsyncIterable<unknown>>): AsyncIterable<string | ServerSentEvent> {
  type Step = IteratorResult<string | ServerSentEvent>
  return {
    [Symbol.asyncIterator]: () => {
      const controller = new AbortController()
      const waiting: Array<{ event: string | ServerSentEvent; taken: (isWanted: boolean) => void }> = []
      let wanted: { resolve: (step: Step) => void; reject: (error: unknown) => void } | undefined
      let end: { error: unknown } | 'returned' | undefined
      let isRunning = false
      const settle = (): void => {
        const first = waiting[0]
        if (wanted === undefined || (first === undefined && end === undefined)) return
        const { resolve, reject } = wanted
        wanted = undefined
        if (first !== undefined) {
          waiting.shift()
          resolve({ done: false, value: first.event })
          first.taken(true)
        } else if (end === 'returned') resolve({ done: true, value: undefined })
        else reject((end as { error: unknown }).error)
      }
      const send: SendEvent = (event) => {
        if (controller.signal.aborted || end !== undefined) return Promise.resolve(false)
        return new Promise((taken) => {
          waiting.push({ event, taken })
          settle()
        })
      }
      const start = async (): Promise<void> => {
        try {
          await run(send, controller.signal)
          end = 'returned'
        } catch (error) {
          end = { error }
        }
        settle()
      }
      return {
        next(): Promise<Step> {
          if (!isRunning) {
            isRunning = true
            void start()
          }
          return new Promise((resolve, reject) => {
            wanted = { resolve, reject }
            settle()
          })
        },
        async return(): Promise<Step> {
          end ??= 'returned'
          controller.abort()
          for (const { taken } of waiting.splice(0)) taken(false)
          settle()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

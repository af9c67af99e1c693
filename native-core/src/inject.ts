import type { InjectedResponse } from './binding.d.ts'
import { checkShape, shape } from './check.ts'
import { BoltError } from './errors.ts'
import type { HostBinding } from './host.ts'

/** A request for `app.inject`; an unknown option is refused. */
export interface InjectOptions {
  /** Letters only, in any case. @default 'GET' */
  method?: string
  /** Path and query, percent-encoded. */
  url: string
  /** Request headers; a list sends several values. `host`, `content-length` and the type of `form` and `json` are added unless given. */
  headers?: Readonly<Record<string, string | readonly string[]>>
  /** The body as it is; give at most one of `body`, `form` and `json`. */
  body?: string | Uint8Array
  /** A form: `FormData` is sent as multipart, `URLSearchParams` urlencoded. */
  form?: FormData | URLSearchParams
  /** A value sent as JSON. */
  json?: unknown
  /** Address that the request seems to come from. @default '127.0.0.1' */
  peer?: string
}

/** The response to an injected request, whole. */
export interface InjectResponse {
  /** 0 when the connection ended without a complete response, as it does after an incomplete request. */
  status: number
  headers: Headers
  /** The content as it was sent: compressed if the request accepted that. */
  body: Uint8Array
  /** The content as UTF-8 text. */
  text(): string
  /**
   * The content as JSON; its type is not checked.
   * @throws SyntaxError when it is none
   */
  json<T = unknown>(): T
}

/** Writes the request as bytes and hands them to the engine, as a socket would. */
export async function inject(binding: HostBinding, server: number, options: InjectOptions): Promise<InjectResponse> {
  checkShape(
    'inject()',
    options,
    {
      method: shape.text(),
      url: shape.text(),
      headers: shape.object(),
      body: shape.any(),
      json: shape.any(),
      form: shape.object(),
      peer: shape.text(),
    },
    ['url'],
  )
  const bytes = requestBytes(await withForm(options))
  const response = await new Promise<InjectedResponse>((done) =>
    binding.inject(server, bytes, options.peer ?? '127.0.0.1', done),
  )
  const headers = new Headers()
  for (let index = 0; index < response.headers.length; index += 2) {
    headers.append(response.headers[index] as string, response.headers[index + 1] as string)
  }
  const text = (): string => new TextDecoder().decode(response.body)
  return { status: response.status, headers, body: response.body, text, json: <T>() => JSON.parse(text()) as T }
}

/** A form becomes bytes and their Content-Type. */
async function withForm({ form, ...options }: InjectOptions): Promise<InjectOptions> {
  if (form === undefined) return options
  const encoded = new Response(form)
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '', ...options.headers }
  return { ...options, headers, body: new Uint8Array(await encoded.arrayBuffer()) }
}

function requestBytes(options: InjectOptions): Uint8Array {
  const { method = 'GET', url } = options
  if (!/^[A-Za-z]+$/.test(method) || !/^[!-~]+$/.test(url)) {
    throw new BoltError(
      'invalid-option',
      `inject(): cannot ask for ${JSON.stringify(`${method} ${url}`)}`,
      'percent-encode blanks and characters beyond ASCII in the url',
    )
  }
  const headers = new Headers()
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    for (const one of [value].flat()) headers.append(name, one as string)
  }
  const body = options.json === undefined ? options.body : JSON.stringify(options.json)
  const content = body === undefined ? undefined : Buffer.from(body as string)
  if (options.json !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json')
  if (!headers.has('host')) headers.set('host', 'localhost')
  if (content !== undefined && !headers.has('transfer-encoding'))
    headers.set('content-length', String(content.byteLength))
  const head = [`${method.toUpperCase()} ${url} HTTP/1.1`, ...[...headers].map(([name, value]) => `${name}: ${value}`)]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), content ?? Buffer.alloc(0)])
}

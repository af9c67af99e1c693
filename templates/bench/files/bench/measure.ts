import autocannon from 'autocannon'

/** One request that is repeated as fast as the server answers. */
export interface Scenario {
  readonly name: string
  readonly path: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
  /** Budget: requests per second, as a part of what a bare node:http server reaches in the same run. */
  readonly atLeast: number
}

export interface Figures {
  /** Requests per second. */
  readonly rate: number
  /** Latency of 99 in 100 requests, milliseconds. */
  readonly p99: number
}

/** Seconds of each measurement; one second before it is not counted. */
const duration = Number(process.env.BENCH_SECONDS ?? 4)

/** Puts load on a server; every answer has to be a success. */
export async function measure(
  url: string,
  { path, method = 'GET', headers, body }: Omit<Scenario, 'name' | 'atLeast'>,
): Promise<Figures> {
  const request = {
    url: `${url}${path}`,
    method,
    connections: 32,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  }
  await autocannon({ ...request, duration: 1 })
  const result = await autocannon({ ...request, duration })
  if (result.non2xx + result.errors > 0)
    throw new Error(`${method} ${path}: ${result.non2xx + result.errors} requests failed`)
  return { rate: result.requests.average, p99: result.latency.p99 }
}

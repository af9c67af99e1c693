import { type DestinationStream, type Logger, pino } from 'pino'
import type { Env } from './env.ts'

/** Values under these names never reach a log line. */
const secrets = ['password', 'token', 'secret', 'authorization', 'cookie', 'set-cookie']

/**
 * JSON lines in production, readable ones in development. Log from a request with `ctx.log`, which adds the request id.
 * @param destination standard output when absent
 */
export function createLog(env: Pick<Env, 'NODE_ENV' | 'LOG_LEVEL'>, destination?: DestinationStream): Logger {
  const options = {
    level: env.LOG_LEVEL,
    redact: {
      paths: secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: '[redacted]',
    },
    ...(env.NODE_ENV === 'development' && {
      transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss.l', ignore: 'pid,hostname' } },
    }),
  }
  return pino(options, destination)
}

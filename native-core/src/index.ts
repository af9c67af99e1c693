export { type App, createApp, type RouteInfo } from './app.ts'
export {
  type Auth,
  type AuthContext,
  authenticate,
  type Claims,
  type ClaimsOf,
  firstOf,
  type JwtOptions,
  jwt,
  type PublicJwk,
  type Revoked,
} from './auth.ts'
export type { Stats } from './binding.d.ts'
export type { CompressionOptions } from './compression.ts'
export type { Context, HeaderReader, Logger, PathParams, RequestInfo, RouteContext } from './context.ts'
export type { StatementMessage, StatementRequest } from './database/statement-events.ts'
export type { RequestMessage } from './diagnostics.ts'
export { BoltError, type BoltErrorCode, boltErrors, type HttpErrorCode, httpErrors } from './errors.ts'
export type { OnError } from './failure.ts'
export { type FileOptions, FileReply, file } from './file.ts'
export type { FormLimits, FormOptions } from './forms/limits.ts'
export { UploadedFile } from './forms/uploaded-file.ts'
export { type Guard, requires } from './guard.ts'
export type { InjectOptions, InjectResponse } from './inject.ts'
export type { JsonText } from './json-text.ts'
export type { ListenOptions } from './listen.ts'
export type { OpenApiDocument } from './openapi.ts'
export type { AppOptions, CorsOptions, OpenApiOptions } from './options.ts'
export type { Algorithm, Encoding, JsonSchema, Limits } from './plan.ts'
export { HttpError, type HttpErrorOptions, type Problem } from './problem.ts'
export type { QueryValues } from './queries/values.ts'
export type { RouteQuery, RowsOf } from './query.ts'
export {
  type RateLimit,
  type RateLimitKey,
  type RateLimitOption,
  type RateLimitOptions,
  rateLimit,
} from './rate-limit.ts'
export { Reply, type ReplyOptions, redirect, reply } from './reply.ts'
export type {
  FetchHandler,
  GroupOptions,
  Handler,
  HandlerValue,
  Middleware,
  ResponseMap,
  RouteOptions,
} from './route.ts'
export type { AnswerOptions, MountOptions, Router, StaticOptions } from './router.ts'
export type { InputOf, OutputOf, Schema } from './schema/standard.ts'
export type { Server } from './serving.ts'
export type { StreamBody } from './source.ts'
export { type EventSource, type SendEvent, type ServerSentEvent, type SseOptions, sse } from './sse.ts'
export type { CertificateOptions, TlsOptions } from './tls.ts'
export type { TraceContext } from './trace.ts'
export type { Violation } from './violation.ts'
export type { SocketCompressionOptions, SocketHandlers, SocketOptions } from './websocket/options.ts'
export type { Socket } from './websocket/socket.ts'
export { workerSlot } from './workers/member.ts'
export type { WorkerOptions } from './workers/options.ts'
export type { Workers } from './workers/supervise.ts'

import { HttpError } from './problem.ts'

/** An answer that follows from the request alone; `onError` is not asked about it, as it is not about the same answer from Rust. */
export class Refusal extends HttpError {}

/** A certificate and its key as PEM text. */
export interface Certificate {
  cert: string
  key: string
}

/** An authority that signs certificates. */
export interface Authority extends Certificate {
  issue(options: IssueOptions): Certificate
}

export interface IssueOptions {
  /** Common name. */
  name: string
  /** Names of servers. */
  servers?: readonly string[]
  isAuthority?: boolean
  /** Days from now; negative ones are over. @default 0 to 30 */
  days?: readonly [number, number]
}

/** Makes an authority. `days` from now are those that it is valid on. @default 0 to 30 */
export function authority(name?: string, days?: readonly [number, number]): Authority

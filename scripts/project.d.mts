/** Whether a folder holds a project that the generator made. */
export function isProject(folder: string): boolean

/** Runs a script of the project that serves, and waits until /healthz answers 200. */
export function serveProject(options: {
  folder: string
  port: number
  /** @default 'dev' */
  script?: string
  /** Shows what it prints once it answers. @default true */
  show?: boolean
}): Promise<{ url: string; gone: Promise<unknown>; stop: () => Promise<void> }>

/** A port to listen on: the one asked for, else `preferred` if it is free, else any. */
export function choosePort(options: { asked?: string; preferred: number }): Promise<number>

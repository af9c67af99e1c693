import type { Row } from './table.mjs'

/** What a server did wrong: id of the case → what came back. */
export function failuresOf(port: number, cases?: Row[]): Promise<Record<string, string>>

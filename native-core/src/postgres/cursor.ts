/** Runs a statement where the cursor is. */
type Run<Rows> = (sql: string, parameters?: readonly unknown[]) => PromiseLike<Rows>

/**
 * The rows of a query, so many at a time: the next ones are fetched when they are asked for (PostgreSQL's manual, DECLARE and FETCH). The cursor is
 * closed when the reader leaves.
 */
export async function* pieces<Rows extends readonly unknown[]>(
  run: Run<Rows>,
  { name, count, sql, parameters }: { name: string; count: number; sql: string; parameters: readonly unknown[] },
): AsyncGenerator<Rows> {
  await run(`declare ${name} no scroll cursor for ${sql}`, parameters)
  let isOpen = true
  try {
    for (let isMore = true; isMore; ) {
      isOpen = false
      const rows = await run(`fetch ${count} from ${name}`)
      isOpen = true
      if (rows.length > 0) yield rows
      isMore = rows.length === count
    }
  } finally {
    // After a failure nothing is left to close, and PostgreSQL takes no statement.
    if (isOpen) await run(`close ${name}`)
  }
}

/** What the harness tells a server. */
export const url = process.env.DATABASE_URL

/** Connections to PostgreSQL that it may have. */
export const connections = Number(process.env.POOL)

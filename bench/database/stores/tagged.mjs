/** Tagged templates, as postgres.js has them and Bun after it. */
import * as statements from '../app/sql.mjs'

/** @returns {import('./store.mjs').Store} */
export const tagged = (sql) => ({
  list: () => sql`select id, title, body, published, created_at as "createdAt" from notes order by id limit 10`,
  one: async (id) =>
    (await sql`select id, title, body, published, created_at as "createdAt" from notes where id = ${id}`)[0],
  insert: async ({ title, body, published }) =>
    (
      await sql`insert into notes (title, body, published) values (${title}, ${body}, ${published})
        returning id, title, body, published, created_at as "createdAt"`
    )[0],
  world: async (id) => (await sql`select id, random_number as "randomNumber" from world where id = ${id}`)[0],
  fortunes: () => sql`select id, message from fortune`,
  // postgres.js prepares what is no template only when it is told to; Bun does so by itself.
  update: (worlds) => sql.unsafe(statements.update(worlds.length), statements.updated(worlds), { prepare: true }),
})

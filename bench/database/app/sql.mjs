/** The statements, for servers that write their SQL by hand. */
const columns = 'id, title, body, published, created_at as "createdAt"'

export const list = `select ${columns} from notes order by id limit 10`
export const one = `select ${columns} from notes where id = $1`
export const insert = `insert into notes (title, body, published) values ($1, $2, $3) returning ${columns}`
export const world = 'select id, random_number as "randomNumber" from world where id = $1'
export const fortunes = 'select id, message from fortune'

const updates = new Map()

/**
 * Changes so many rows of `world` by one statement, as the rules allow for writes. It takes them in their order, so that two updates that
 * meet do not wait for each other in a circle.
 */
export function update(rows) {
  const known = updates.get(rows)
  if (known) return known
  const places = Array.from({ length: rows }, (_, at) => `($${2 * at + 1}::int, $${2 * at + 2}::int)`)
  const text = `update world set random_number = w.n from (values ${places.join(', ')} order by 1) as w(id, n) where world.id = w.id`
  updates.set(rows, text)
  return text
}

/** The parameters of `update`. */
export const updated = (worlds) => worlds.flatMap(({ id, randomNumber }) => [id, randomNumber])

/** What the scenarios about `world` do with any store. */
import { WORLDS } from '../rows.mjs'

const MOST = 500

const random = () => 1 + Math.floor(Math.random() * WORLDS)

/** How many rows a request asks for: a whole number from 1 to 500, whatever it says. */
export function countOf(text) {
  const count = Number.parseInt(text, 10)
  return count >= 1 ? Math.min(count, MOST) : 1
}

export const anyWorld = (store) => store.world(random())

/** Each row by a query of its own. */
export const someWorlds = (store, count) => Promise.all(Array.from({ length: count }, () => anyWorld(store)))

/** Reads different rows, each by a query of its own, gives each another number, and writes them all. */
export async function changeWorlds(store, count) {
  const ids = new Set()
  while (ids.size < count) ids.add(random())
  const worlds = await Promise.all([...ids].sort((a, b) => a - b).map((id) => store.world(id)))
  const changed = worlds.map(({ id }) => ({ id, randomNumber: random() }))
  await store.update(changed)
  return changed
}

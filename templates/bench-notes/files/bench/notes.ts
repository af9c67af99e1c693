import type { Scenario } from './measure.ts'

/** A page of notes from the database, and a note written to it. */
export async function notesScenarios(url: string, cookie: string): Promise<Scenario[]> {
  const path = '/api/notes'
  const body = { title: 'Milk', body: 'Two litres' }
  for (let count = 0; count < 20; count++) {
    const headers = { cookie, 'content-type': 'application/json' }
    await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  return [
    { name: 'list from the database', path: `${path}?limit=20`, headers: { cookie }, atLeast: 0.005 },
    { name: 'write to the database', path, method: 'POST', headers: { cookie }, body, atLeast: 0.001 },
  ]
}

/**
 * How a server reaches the tables: one file for each client and way of using it.
 * @typedef {object} Store
 * @property {() => Promise<object[]>} list the first ten notes
 * @property {(id: number) => Promise<object | undefined>} one
 * @property {(note: { title: string, body: string, published: boolean }) => Promise<object>} insert
 * @property {(id: number) => Promise<{ id: number, randomNumber: number }>} world
 * @property {() => Promise<Array<{ id: number, message: string }>>} fortunes
 * @property {(worlds: Array<{ id: number, randomNumber: number }>) => Promise<unknown>} update
 */

/** The store that the command line names. @returns {Promise<Store>} */
export const chosenStore = () => import(`./${process.argv[2]}.mjs`)

/** What the command line names: `postgres` or `sqlite`. */
export const declared = () => import(`./${process.argv[2]}.mjs`)

/**
 * Servers and scenarios that are measured in one run and shown together.
 * @typedef {object} Suite
 * @property {string} name of `results/NAME.json` and of its part of the README
 * @property {import('./scenario.mjs').Scenario[]} scenarios
 * @property {import('./server.mjs').Server[]} servers
 * @property {string[]} ours ids of the servers that are ours
 * @property {import('../tables/targets.mjs').Target[]} targets
 * @property {(say: (line: string) => void) => Record<string, string> | undefined} prepare installs and builds what only this suite needs; tells by
 *   server why one cannot be had
 * @property {(how: { loadCore: number }) => Promise<Surroundings>} open makes and starts what the servers need while they run
 * @property {(present: import('./server.mjs').Server[], how: object) => Promise<object>} [before] more results, measured before the rounds
 * @property {(flags: object, how: object) => Promise<object>} [after] more results, measured after them
 */

/**
 * @typedef {object} Surroundings
 * @property {Record<string, string>} [variables] of the servers' environment
 * @property {Record<string, string>} [versions] of what is measured with them
 * @property {() => number} [beside] µs that it has used so far
 * @property {() => Promise<void>} [restore] undoes what measurements wrote
 * @property {() => Promise<void>} end
 */

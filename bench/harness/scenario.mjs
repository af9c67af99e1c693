/** What a scenario is, and who takes part in it. */

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {string} path
 * @property {number} status expected of every server
 * @property {{ test(body: string): boolean }} [answer] what the body must be, so that nobody is measured on a wrong answer; a RegExp for example
 * @property {string} [method] @default 'GET'
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 * @property {number} [connections] @default 64
 * @property {number} [pipeline] requests sent at once on each connection @default 1
 * @property {boolean} [native] answered by our core without entering JavaScript
 * @property {'cors' | 'tls'} [listener] which of a server's instances is asked; the main one if none is named
 * @property {boolean} [echo] messages over WebSocket instead of requests
 * @property {boolean} [writes] changes what later requests find, which is made good before each measurement
 * @property {number} [parts] events of one response, which is what the figures are then about @default 1
 */

/** Port of the instance that a scenario asks; undefined where the server has none. */
export const portOf = (scenario, server) => server.ports[scenario.listener ?? 'main']

/** Whether a running server takes part in a scenario. */
export const isAsked = (scenario, server) =>
  portOf(scenario, server) !== undefined && !server.lacks?.includes(scenario.id)

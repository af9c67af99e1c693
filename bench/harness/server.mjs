/** What a server of the tables is. */
import { existsSync, readFileSync } from 'node:fs'

/**
 * @typedef {object} Server
 * @property {string} id
 * @property {string} title
 * @property {string[]} command prints `listening <port>` once it accepts on 127.0.0.1
 * @property {string} needs file without which it cannot run
 * @property {string} [package] folder where its version is read
 * @property {string} [version] where no package says it
 * @property {number} [connections] to the database
 * @property {string[]} [lacks] scenarios for which it has nothing to offer
 * @property {boolean} [yardstick] not a framework to choose, only what the machine allows
 */

/** "4.13.19", or Node's own version for what comes with Node. */
export function versionOf(server) {
  if (server.version) return server.version
  if (!server.package) return process.versions.node
  return JSON.parse(readFileSync(`${server.package}/package.json`, 'utf8')).version
}

/** Why a server cannot take part, or undefined. `known`: what was found out when it was installed. */
export function missing(server, known) {
  if (!known && existsSync(server.needs)) return undefined
  return `${server.title} is left out: ${known ?? `${server.needs} is not there`}`
}

/**
 * Tells the harness that a server is ready: the port of the application and, where a scenario asks another instance of it (`cors`: with
 * cross-origin rules, `tls`: encrypted), the ports of those.
 * @param {{ main: number, cors?: number, tls?: number }} ports
 */
export function listening(ports) {
  console.log(`listening ${JSON.stringify(ports)}`)
}

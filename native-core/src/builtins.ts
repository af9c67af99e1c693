/**
 * Modules of Node that only some applications need, loaded when they are first used: at the top of a file they would cost every start
 * more than the whole core does.
 */
export const builtins = {
  get childProcess() {
    return process.getBuiltinModule('node:child_process')
  },
  get crypto() {
    return process.getBuiltinModule('node:crypto')
  },
  get http() {
    return process.getBuiltinModule('node:http')
  },
  get net() {
    return process.getBuiltinModule('node:net')
  },
  get tls() {
    return process.getBuiltinModule('node:tls')
  },
  get workerThreads() {
    return process.getBuiltinModule('node:worker_threads')
  },
  get zlib() {
    return process.getBuiltinModule('node:zlib')
  },
}

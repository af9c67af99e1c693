/** `create-bolt-app schema`: the JSON schema of an answers file on stdout. It is JSON already, so `--json` changes nothing. */
import { answersSchema } from '../json-schema.ts'
import type { Command } from '../types.ts'

export const schema: Command = async (_args, io) => {
  io.stdout.write(`${JSON.stringify(answersSchema(), null, 2)}\n`)
  return undefined
}

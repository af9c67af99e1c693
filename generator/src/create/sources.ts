/** Answers that come from files: --answers, --blueprint, and the user's remembered defaults. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { checkAnswer, type Given } from '../answers.ts'
import type { Blueprint } from '../blueprint.ts'
import { BoltError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { options } from '../options.ts'
import type { Answers, Io } from '../types.ts'

const declared = import.meta.glob<Blueprint>('../../../blueprints/*.ts', { eager: true, import: 'default' })

/** Answers that are about the user and not about one project. */
const REMEMBERED = ['author', 'license', 'packageManager'] as const satisfies readonly (keyof Answers)[]

/** All blueprints; the first is the default. */
export function blueprints(): Blueprint[] {
  return Object.values(declared).sort(
    (a, b) => Number(b.id === 'api') - Number(a.id === 'api') || (a.id < b.id ? -1 : 1),
  )
}

export function findBlueprint(id: string): Blueprint {
  const known = blueprints()
  const found = known.find((blueprint) => blueprint.id === id)
  if (found) return found
  const names = known.map((blueprint) => blueprint.id)
  const near = nearest(id, names)
  throw new BoltError('unknown-blueprint', {
    message: `There is no blueprint "${id}".`,
    why: `There are: ${names.join(', ')}`,
    hint: near ? `Did you mean --blueprint ${near}?` : 'Choose one of them.',
  })
}

/** The answers file, or stdin for `-`. */
export async function answersFromFile(name: string, io: Pick<Io, 'cwd' | 'stdin'>): Promise<Given> {
  const shown = name === '-' ? 'The answers on stdin' : `The answers file ${name}`
  const fail = (what: string, cause: unknown) =>
    new BoltError('answers-file', {
      message: `${shown} ${what}.`,
      why: cause instanceof Error ? cause.message : String(cause),
      hint: 'It is one JSON object of option ids and values; create-bolt-app schema prints its schema.',
      cause,
    })
  const text = await (name === '-' ? readAll(io.stdin) : readFile(path.resolve(io.cwd, name), 'utf8')).catch(
    (cause: unknown) => {
      throw fail('cannot be read', cause)
    },
  )
  let values: unknown
  try {
    values = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw fail('is not JSON', cause)
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw fail('holds no object', `It holds ${JSON.stringify(values)?.slice(0, 60)}`)
  const { $schema: _schema, ...answers } = values as Record<string, unknown>
  return { source: 'answers file', values: answers }
}

/** The user's remembered defaults; what cannot be used of them is reported and left out. */
export async function rememberedAnswers({ env, ui }: Pick<Io, 'env' | 'ui'>): Promise<Given> {
  const file = rememberedFile(env)
  const values: Record<string, unknown> = {}
  try {
    const saved = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown> | null
    for (const id of REMEMBERED) {
      const value = saved?.[id]
      const problem = value === undefined ? undefined : checkAnswer(id, options[id], value)
      if (problem) ui.warn(`Left out of your remembered defaults (${file}): ${problem}`)
      else if (value !== undefined) values[id] = value
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      ui.warn(`Your remembered defaults (${file}) are left out: ${(error as Error).message}`)
  }
  return { source: 'remembered', values }
}

/** Keeps what is about the user for the next project. The project is there already, so a failure is only reported. */
export async function remember(answers: Answers, { env, ui }: Pick<Io, 'env' | 'ui'>): Promise<void> {
  const file = rememberedFile(env)
  const values = Object.fromEntries(REMEMBERED.map((id) => [id, answers[id]]))
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, `${JSON.stringify(values, null, 2)}\n`)
    ui.done(`Your defaults are kept in ${file}`)
  } catch (error) {
    ui.warn(`Your defaults could not be kept: ${(error as Error).message}`)
  }
}

function rememberedFile(env: Io['env']): string {
  const base =
    env.XDG_CONFIG_HOME ||
    (process.platform === 'win32' ? env.APPDATA : undefined) ||
    path.join(env.HOME || homedir(), '.config')
  return path.join(base, 'create-bolt-app', 'defaults.json')
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

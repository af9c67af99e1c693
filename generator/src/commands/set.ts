/** `bolt set key=value…`: the same version with other answers. */
import { mergeGiven, savedAnswers } from '../answers.ts'
import { BoltError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { Option, OptionTable } from '../option.ts'
import { flagName } from '../option-flags.ts'
import { options } from '../options.ts'
import { readProjectFile } from '../state/state.ts'
import { changeProject } from '../transition/change.ts'
import { sameValue } from '../transition/merge-value.ts'
import { openProject } from '../transition/project.ts'
import { answersOf } from '../transition/saved.ts'
import type { Command } from '../types.ts'
import { version } from '../version.ts'

const table: OptionTable = options

export const set: Command = async (args, io) => {
  const values = Object.fromEntries(args.words.map(parseAssignment))
  const checked = mergeGiven([{ source: 'flag', values }])
  const project = await openProject(io)
  const saved = await readProjectFile(project.disk, project.root)
  if (saved.version !== version) refuseOtherVersion(saved.version)
  const before = answersOf(saved, io)
  const answers = savedAnswers({ ...before, ...checked })
  const changes = Object.entries(answers).filter(
    ([key, value]) => !sameValue((before as Record<string, unknown>)[key], value),
  )
  const title =
    changes.length === 0 ? 'No answer changes' : changes.map(([key, value]) => `${key} = ${show(value)}`).join(', ')
  return changeProject(project, { answers, title }, args, io)
}

/** `docker=false` → `['docker', false]`. */
export function parseAssignment(word: string): [string, unknown] {
  const cut = word.indexOf('=')
  if (cut <= 0)
    throw new BoltError('flag-value', {
      message: `"${word}" is not of the form key=value`,
      hint: 'Write for example: bolt set docker=false',
    })
  const name = word.slice(0, cut)
  const id = Object.keys(table).find((each) => each === name || flagName(each) === name)
  const option = id === undefined ? undefined : table[id]
  if (id === undefined || !option) {
    const near = nearest(name, Object.keys(table))
    throw new BoltError('illegal-answer', {
      message: `There is no option "${name}"`,
      why: `There are: ${Object.keys(table).join(', ')}`,
      ...(near ? { hint: `Did you mean ${near}=${word.slice(cut + 1)}?` } : {}),
    })
  }
  return [id, parseValue(option, word.slice(cut + 1))]
}

function parseValue(option: Option, text: string): unknown {
  if (option.kind === 'many') return text === '' || text === 'none' ? [] : text.split(',')
  if (option.kind !== 'yesno') return text
  return text === 'true' || text === 'yes' ? true : text === 'false' || text === 'no' ? false : text
}

function show(value: unknown): string {
  return Array.isArray(value) ? value.join(',') || 'none' : String(value)
}

function refuseOtherVersion(projectVersion: string): never {
  throw new BoltError('transition-refused', {
    message: `The project was written by ${projectVersion}, this is ${version}`,
    why: 'Options and version are changed one after the other, so that each can be looked at and undone alone',
    hint: 'Run bolt upgrade first; or npm install, if package.json names another version than node_modules has',
  })
}

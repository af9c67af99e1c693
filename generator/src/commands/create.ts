/** `create`: answers → plan → disk → tasks. */
import path from 'node:path'
import { answersFromFlags, completeAnswers, type Given, mergeGiven } from '../answers.ts'
import { applyPlan } from '../apply/create.ts'
import { defaultsContext } from '../create/defaults.ts'
import { reportPlan, reportSuccess } from '../create/report.ts'
import { answersFromFile, findBlueprint, remember, rememberedAnswers } from '../create/sources.ts'
import { occupiedError, projectError, targetState } from '../create/target.ts'
import { BoltError } from '../errors.ts'
import { loadLayers } from '../layers.ts'
import type { PartialAnswers } from '../option.ts'
import { checkPackageName, packageNameFrom } from '../package-name.ts'
import { planProject } from '../plan.ts'
import { runTasks } from '../tasks/tasks.ts'
import type { Answers, Command, CommandArgs, Io } from '../types.ts'
import { version } from '../version.ts'
import { commandResult } from './result.ts'

export const create: Command = async (args, io) => {
  const [word] = args.words
  const given = mergeGiven(await sources(args, io))
  const early = word === undefined ? undefined : path.resolve(io.cwd, word)
  if (early !== undefined) await refuseTarget(early)
  const answers = await chooseAnswers(args, io, given)
  const target = early ?? path.resolve(io.cwd, folderFor(answers.name))
  if (early === undefined) await refuseTarget(target)

  const plan = planProject(answers, await loadLayers(), version)
  const dryRun = args.flags['dry-run'] === true
  const actions = await applyPlan(plan, target, { dryRun, signal: io.signal })
  const result = { to: version, actions, next: plan.next }
  if (dryRun) {
    reportPlan(plan, target, io)
    return commandResult('create', result)
  }
  io.ui.done(`${plan.files.length} files written to ${target}`)
  if (args.flags.remember === true) io.ui.done(`Defaults kept in ${await remember(answers, io)}`)
  const tasks = await runTasks(plan.tasks, { root: target, io, version, install: args.flags.install !== false })
  const next = reportSuccess(plan, target, tasks, io)
  return commandResult('create', { ...result, tasks, next, exit: io.signal.aborted ? 130 : 0 })
}

/** Checked sources of answers, by priority. */
async function sources({ words: [word], flags }: CommandArgs, io: Io): Promise<Given[]> {
  const fromFlags = answersFromFlags(flags)
  return [
    {
      source: 'flag',
      values: word === undefined || fromFlags.name !== undefined ? fromFlags : { ...fromFlags, name: nameOf(word, io) },
    },
    ...(typeof flags.answers === 'string' ? [await answersFromFile(flags.answers, io)] : []),
    ...(typeof flags.blueprint === 'string'
      ? [{ source: 'blueprint' as const, values: findBlueprint(flags.blueprint).answers }]
      : []),
    await rememberedAnswers(io),
  ]
}

/** The package name that a folder gives. */
function nameOf(word: string, io: Io): string {
  const name = path.basename(path.resolve(io.cwd, word))
  const problem = checkPackageName(name)
  if (problem === undefined) return name
  const near = packageNameFrom(name)
  throw new BoltError('illegal-name', {
    message: `"${name}" cannot be the name of a package: ${problem}.`,
    hint: near
      ? `Use another folder, for example ${near}, or give the name with --name.`
      : 'Use another folder, or give the name with --name.',
  })
}

/** `@scope/name` goes into the folder `name`. */
function folderFor(name: string): string {
  return name.replace(/^@[^/]*\//, '')
}

async function chooseAnswers({ words: [word], flags }: CommandArgs, io: Io, given: PartialAnswers): Promise<Answers> {
  const context = await defaultsContext(word, io)
  if (!io.interactive || flags.yes === true || flags.json === true) return completeAnswers(given, context)
  const { askAnswers } = await import('../ask/ask.ts')
  return askAnswers(given, context, io, { blueprint: flags.blueprint === undefined })
}

async function refuseTarget(target: string): Promise<void> {
  const state = await targetState(target)
  if (state === 'project') throw projectError(target)
  if (state === 'occupied') throw occupiedError(target)
}

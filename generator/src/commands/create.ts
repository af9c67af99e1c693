/** `create`: answers → plan → disk → tasks. */
import path from 'node:path'
import { answersFromFlags, completeAnswers, type Given, mergeGiven } from '../answers.ts'
import { applyPlan } from '../apply/create.ts'
import { defaultsContext } from '../create/defaults.ts'
import { freeFolder, offerUpgrade } from '../create/folder.ts'
import { nextSteps, reportPlan, reportSuccess } from '../create/report.ts'
import { answersFromFile, findBlueprint, remember, rememberedAnswers } from '../create/sources.ts'
import { targetState } from '../create/target.ts'
import { BoltError } from '../errors.ts'
import { loadLayers } from '../layers.ts'
import type { PartialAnswers } from '../option.ts'
import { checkPackageName, packageNameFrom } from '../package-name.ts'
import { planProject } from '../plan.ts'
import { runTasks } from '../tasks/tasks.ts'
import type { Answers, Command, CommandArgs, CommandResult, Io } from '../types.ts'
import { version } from '../version.ts'
import { commandResult } from './result.ts'

type Flags = CommandArgs['flags']

export const create: Command = async (args, io) => {
  const asks = io.interactive && args.flags.yes !== true && args.flags.json !== true
  const [given] = args.words
  const present = path.resolve(io.cwd, given ?? '.')
  if ((await targetState(present)) === 'project') return offerUpgrade(present, io, asks)

  const early = given === undefined ? undefined : await freeFolder(present, io, asks)
  const known = mergeGiven(await sources(args.flags, early, io))
  const answers = await chooseAnswers(args.flags, early, io, known, asks)
  const target = early ?? (await freeFolder(path.resolve(io.cwd, folderFor(answers.name)), io, asks))

  const plan = planProject(answers, await loadLayers(), version)
  const dryRun = args.flags['dry-run'] === true
  const actions = await applyPlan(plan, target, { dryRun, signal: io.signal })
  const result = { to: version, actions, next: plan.next }
  if (dryRun) {
    reportPlan(plan, target, io)
    return commandResult('create', result)
  }
  io.ui.done(`${plan.files.length} files written to ${target}`)
  if (args.flags.remember === true) await remember(answers, io)
  const tasks = await runTasks(plan.tasks, { root: target, io, version, install: args.flags.install !== false })
  const next = nextSteps(plan, target, tasks, io)
  if (io.signal.aborted) return cancelledLate({ ...result, tasks, next }, target, io)
  reportSuccess(plan, next, io)
  return commandResult('create', { ...result, tasks, next })
}

/** Ctrl-C after the files were written: they stay, and the result says so. */
function cancelledLate(result: Partial<CommandResult>, target: string, io: Io): CommandResult {
  const error = {
    code: 'cancelled',
    message: `Cancelled; the project is complete in ${target}, its set-up is not.`,
  } as const
  io.ui.error({ ...error, hint: result.next?.join(' && ') })
  return commandResult('create', { ...result, ok: false, error, exit: 130 })
}

/** Checked sources of answers, by priority. */
async function sources(flags: Flags, folder: string | undefined, io: Io): Promise<Given[]> {
  const fromFlags = answersFromFlags(flags)
  const name = folder === undefined || fromFlags.name !== undefined ? {} : { name: nameOf(folder) }
  return [
    { source: 'flag', values: { ...fromFlags, ...name } },
    ...(typeof flags.answers === 'string' ? [await answersFromFile(flags.answers, io)] : []),
    ...(typeof flags.blueprint === 'string'
      ? [{ source: 'blueprint' as const, values: findBlueprint(flags.blueprint).answers }]
      : []),
    await rememberedAnswers(io),
  ]
}

/** The package name that a folder gives. */
function nameOf(folder: string): string {
  const name = path.basename(folder)
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

async function chooseAnswers(
  flags: Flags,
  folder: string | undefined,
  io: Io,
  known: PartialAnswers,
  asks: boolean,
): Promise<Answers> {
  const context = await defaultsContext(folder, io)
  if (!asks) return completeAnswers(known, context)
  const { askAnswers } = await import('../ask/ask.ts')
  return askAnswers(known, context, io, { blueprint: flags.blueprint === undefined })
}

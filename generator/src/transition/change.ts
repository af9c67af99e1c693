/** The common end of `upgrade` and `set`: render, run the transition, install, report. */
import { commandResult } from '../commands/result.ts'
import { BoltError } from '../errors.ts'
import { loadLayers } from '../layers.ts'
import { planProject } from '../plan.ts'
import type { Answers, CommandArgs, CommandResult, Io } from '../types.ts'
import { version } from '../version.ts'
import { installIfNeeded, missingVariables } from './after.ts'
import type { Project } from './project.ts'
import { nextSteps, reportTransition } from './report.ts'
import { runTransition } from './run.ts'
import { actionsOf, conflictsOf } from './transition.ts'

export interface ChangeRequest {
  readonly answers: Answers
  /** What changes, for people. */
  readonly title: string
}

/** Moves the project to our version with the given answers. */
export async function changeProject(
  project: Project,
  request: ChangeRequest,
  args: CommandArgs,
  io: Io,
): Promise<CommandResult> {
  const dryRun = args.flags['dry-run'] === true
  const plan = planProject(request.answers, await loadLayers(), version)
  const options = {
    command: args.command,
    plan,
    dryRun,
    allowDirty: args.flags['allow-dirty'] === true,
    conflicts: conflictStyle(args.flags.conflict),
  }
  const outcome = await runTransition(project, options, io)
  const { transition, changed } = outcome
  if (!changed) io.ui.done('Nothing to do: the project is as it should be')
  else reportTransition(transition, { dryRun, title: request.title }, io)
  const tasks = dryRun || !changed ? [] : await installIfNeeded(project, outcome, plan, args, io)
  const missing = dryRun ? [] : await missingVariables(project)
  const next = [...nextSteps(transition, tasks), ...missing.map((key) => `add ${key} to .env (see .env.example)`)]
  if (transition.pending.length === 0) for (const step of next) io.ui.line(`${io.ui.paint('cyan', '→')} ${step}`)
  const open = transition.pending.length > 0
  return commandResult(args.command, {
    ok: !open,
    from: outcome.from,
    to: version,
    actions: actionsOf(transition),
    conflicts: conflictsOf(transition),
    tasks,
    next,
    exit: open ? 3 : 0,
  })
}

function conflictStyle(value: CommandArgs['flags'][string]): 'markers' | 'side' {
  if (value === undefined || value === 'markers') return 'markers'
  if (value === 'side') return 'side'
  throw new BoltError('flag-value', {
    message: `--conflict is markers or side, got "${String(value)}"`,
    hint: 'Write --conflict side to leave conflicting files alone',
  })
}

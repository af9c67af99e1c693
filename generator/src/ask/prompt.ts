/** One question on the terminal. Inquirer has no gesture for going back, so each prompt runs with an AbortSignal that Esc or ← ends. */
import { emitKeypressEvents, type Interface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { checkbox, confirm, input, select } from '@inquirer/prompts'
import { BoltError } from '../errors.ts'
import type { Io } from '../types.ts'

export type Answered<T> = { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'back' }

export interface Selectable<T> {
  readonly value: T
  readonly name: string
  readonly disabled?: string
}

/** The prompts, bound to one terminal. */
export interface Prompts {
  text(message: string, fallback: string, check: (value: string) => string | undefined): Promise<Answered<string>>
  one<T>(message: string, choices: readonly Selectable<T>[], preselected: T): Promise<Answered<T>>
  many(
    message: string,
    choices: readonly Selectable<string>[],
    preselected: readonly string[],
  ): Promise<Answered<readonly string[]>>
  yesNo(message: string, preselected: boolean): Promise<Answered<boolean>>
}

interface PromptContext {
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
  signal: AbortSignal
  clearPromptOnDone: boolean
}

/** Milliseconds after which a lone Esc is a key and not the start of a sequence. */
const ESCAPE_DELAY = 50

export function terminalPrompts(io: Io): Prompts {
  // The first caller decides the delay; readline itself would wait half a second.
  emitKeypressEvents(io.stdin, { escapeCodeTimeout: ESCAPE_DELAY } as unknown as Interface)
  const plain = io.ui.paint('bold', 'x') === 'x'
  const theme = promptTheme(io, plain)
  return {
    text: (message, fallback, check) =>
      ask(io, ['escape'], (context) =>
        input({ message, default: fallback, validate: (value) => problemText(check(value)), theme }, context),
      ),
    one: (message, choices, preselected) =>
      ask(io, ['escape', 'left'], (context) =>
        select(
          { message, choices: shownChoices(choices), default: preselected, loop: false, pageSize: 20, theme },
          context,
        ),
      ),
    many: (message, choices, preselected) =>
      ask(io, ['escape', 'left'], (context) =>
        checkbox(
          {
            message,
            choices: shownChoices(choices).map((choice) => ({
              ...choice,
              checked: preselected.includes(choice.value),
            })),
            loop: false,
            theme,
          },
          context,
        ),
      ),
    yesNo: (message, preselected) =>
      ask(io, ['escape', 'left'], (context) => confirm({ message, default: preselected, theme }, context)),
  }
}

async function ask<T>(
  io: Io,
  backKeys: readonly string[],
  prompt: (context: PromptContext) => Promise<T>,
): Promise<Answered<T>> {
  const back = new AbortController()
  let interrupted = false
  const onKey = (_text: unknown, key: { name?: string; meta?: boolean; ctrl?: boolean } | undefined) => {
    if (key?.ctrl && key.name === 'c') interrupted = true
    if (key?.name !== undefined && backKeys.includes(key.name) && !key.ctrl) back.abort()
  }
  io.stdin.on('keypress', onKey)
  try {
    const signal = AbortSignal.any([io.signal, back.signal])
    const value = await prompt({ input: io.stdin, output: io.stdout, signal, clearPromptOnDone: true })
    await readTyped(io)
    if (interrupted) throw cancelled()
    return { kind: 'answer', value }
  } catch (error) {
    if (back.signal.aborted && !io.signal.aborted && !interrupted) return { kind: 'back' }
    if (error instanceof Error && /^(?:ExitPromptError|AbortPromptError|CancelPromptError)$/.test(error.name)) {
      throw cancelled(error)
    }
    throw error
  } finally {
    io.stdin.off('keypress', onKey)
  }
}

/**
 * Reads what was typed while the prompt closed. Until then the terminal gave Ctrl-C as a key, not as a signal, and the prompt no longer
 * looked: without this, one that follows Enter at once would be lost.
 */
async function readTyped({ stdin }: Io): Promise<void> {
  stdin.resume()
  // Input is read between two turns of the event loop.
  await setImmediate()
  await setImmediate()
  stdin.pause()
}

function cancelled(cause?: Error): BoltError {
  return new BoltError('cancelled', { message: 'Cancelled; nothing was written.', cause })
}

function shownChoices<T>(
  choices: readonly Selectable<T>[],
): { value: T; name: string; short: string; disabled: string | false }[] {
  return choices.map(({ value, name, disabled }) => ({
    value,
    name,
    short: name,
    disabled: disabled === undefined ? false : `(${disabled})`,
  }))
}

function problemText(problem: string | undefined): string | true {
  return problem === undefined ? true : problem
}

/** Help under the choices, and no colour where none is wanted: Node 20's styleText does not look at NO_COLOR. */
function promptTheme({ ui }: Io, plain: boolean) {
  const same = (text: string) => text
  const keys = (hints: [string, string][]) =>
    ui.paint('dim', [...hints, ['Esc', 'back']].map(([key, what]) => `${key} ${what}`).join('  '))
  if (!plain) return { style: { keysHelpTip: keys } }
  return {
    prefix: { idle: '?', done: '✓' },
    style: {
      keysHelpTip: keys,
      answer: same,
      message: same,
      error: (text: string) => `> ${text}`,
      defaultAnswer: (text: string) => `(${text})`,
      help: same,
      highlight: same,
      key: (text: string) => `<${text}>`,
      disabled: same,
      description: same,
    },
  }
}

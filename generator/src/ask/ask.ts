/** The conversation: questions in sections with progress, back and forth, a review at the end where everything can be changed. */
import { checkAnswer, completeAnswers, refuseBrokenRules } from '../answers.ts'
import { blueprints } from '../create/sources.ts'
import type { DefaultsContext, Option, OptionTable, PartialAnswers } from '../option.ts'
import { options } from '../options.ts'
import { brokenRules, whyForbidden } from '../rules.ts'
import type { Answers, Io } from '../types.ts'
import { version } from '../version.ts'
import { type Answered, type Prompts, type Selectable, terminalPrompts } from './prompt.ts'
import { type AskState, allAnswers, BLUEPRINT, knownAnswers, offered, openQuestions, shownAnswer } from './questions.ts'
import { createScreen, type Screen } from './screen.ts'

const table: OptionTable = options
const START_SECTION = 'Start'
const EVERYTHING = 'every question'

interface Conversation {
  readonly io: Io
  readonly prompts: Prompts
  readonly screen: Screen
  state: AskState
}

/** Asks for what is not given and returns complete, legal answers. */
export async function askAnswers(
  given: PartialAnswers,
  context: DefaultsContext,
  io: Io,
  { blueprint }: { blueprint: boolean },
): Promise<Answers> {
  refuseBrokenRules(given)
  // What the first blueprint presets, so that the number of questions is right from the first one on.
  const likely = blueprint ? (blueprints()[0]?.answers ?? {}) : {}
  const talk: Conversation = {
    io,
    prompts: terminalPrompts(io),
    screen: createScreen(io),
    state: { given, preset: likely, asked: {}, edited: {}, askBlueprint: blueprint, context },
  }
  io.ui.line(
    `${io.ui.paint('bold', `create-bolt-app ${version}`)}  ${io.ui.paint('dim', 'Esc goes back, Ctrl-C leaves without a trace')}`,
  )
  io.ui.line()
  let position = 0
  for (;;) {
    const open = openQuestions(talk.state)
    const id = open[position]
    if (id !== undefined) {
      const step = await askStep(talk, id, open, position)
      position += step
      if (step < 0) talk.screen.pop()
      continue
    }
    const reviewed = await review(talk)
    if (reviewed === 'create') return completeAnswers(allAnswers(talk.state), context)
    if (reviewed === 'back' && position > 0) {
      position--
      talk.screen.pop()
    }
  }
}

/** Asks one question; 1 when answered, -1 to go back, 0 at the very first one. */
async function askStep(talk: Conversation, id: string, open: readonly string[], position: number): Promise<-1 | 0 | 1> {
  const { screen, io } = talk
  const heading = sectionOf(id)
  const previous = open[position - 1]
  const opening =
    previous === undefined || sectionOf(previous) !== heading
      ? [...(position > 0 ? [''] : []), io.ui.paint('bold', heading)]
      : []
  screen.push(opening)
  const progress = io.ui.paint('dim', `(${position + 1}/${open.length})`)
  const answer = id === BLUEPRINT ? await askBlueprint(talk, progress) : await askOption(talk, id, progress)
  if (answer === 'back') {
    screen.pop()
    return position === 0 ? 0 : -1
  }
  screen.pop()
  screen.push([
    ...opening,
    `${io.ui.paint('green', '✓')} ${labelOf(id)}  ${io.ui.paint('cyan', cut(answer, io, labelOf(id).length))}`,
  ])
  return 1
}

async function askOption(talk: Conversation, id: string, progress: string): Promise<string | 'back'> {
  const answer = await askValue(talk, id, `${progress} ${labelOf(id)}`, earlierAnswers(id, talk.state))
  if (answer.kind === 'back') return 'back'
  talk.state = { ...talk.state, asked: { ...talk.state.asked, [id]: answer.value } }
  return shownAnswer(answer.value)
}

async function askBlueprint(talk: Conversation, progress: string): Promise<string | 'back'> {
  const { state, prompts } = talk
  const choices: Selectable<string>[] = blueprints().map(({ id, description, answers }) => {
    const broken = brokenRules({ ...answers, ...state.given })[0]
    return {
      value: id,
      name: `${id}  ${talk.io.ui.paint('dim', description)}`,
      ...(broken ? { disabled: broken.message } : {}),
    }
  })
  choices.push({ value: EVERYTHING, name: `${EVERYTHING}  ${talk.io.ui.paint('dim', 'decide each battery yourself')}` })
  const before = state.asked[BLUEPRINT]
  const answer = await prompts.one(
    `${progress} ${labelOf(BLUEPRINT)}`,
    choices,
    typeof before === 'string' ? before : (choices[0]?.value ?? EVERYTHING),
  )
  if (answer.kind === 'back') return 'back'
  const preset = blueprints().find(({ id }) => id === answer.value)?.answers ?? {}
  talk.state = { ...state, preset, asked: { ...state.asked, [BLUEPRINT]: answer.value } }
  return answer.value
}

/** Asks for the value of an option, the one before or the default preselected, forbidden choices disabled with their reason. */
function askValue(
  { state, prompts, io }: Conversation,
  id: string,
  message: string,
  others: PartialAnswers,
): Promise<Answered<NonNullable<PartialAnswers[string]>>> {
  const option = table[id] as Option
  const before = offered(id, state)
  switch (option.kind) {
    case 'text':
      return prompts.text(message, String(before ?? ''), (value) =>
        checkAnswer(id, option, value)?.replace(/^--[\w-]+: /, ''),
      )
    case 'yesno':
      return prompts.yesNo(message, before === true)
    case 'many':
      return prompts.many(message, selectable(id, option.choices, others, io), Array.isArray(before) ? before : [])
    case 'one': {
      const choices = selectable(id, option.choices, others, io)
      const allowed = choices.filter(({ disabled }) => disabled === undefined)
      const preselected = allowed.find(({ value }) => value === before) ?? allowed[0]
      return prompts.one(message, choices, preselected?.value ?? '')
    }
  }
}

function selectable(
  id: string,
  choices: readonly { value: string; hint?: string }[],
  others: PartialAnswers,
  { ui }: Io,
): Selectable<string>[] {
  return choices.map(({ value, hint }) => {
    const reason = whyForbidden(id, value, others)
    return { value, name: hint ? `${value}  ${ui.paint('dim', hint)}` : value, ...(reason ? { disabled: reason } : {}) }
  })
}

/** What a choice is judged against: everything fixed, and what was asked before this question. */
function earlierAnswers(id: string, state: AskState): PartialAnswers {
  const order = Object.keys(table)
  const earlier = Object.entries(state.asked).filter(([each]) => order.indexOf(each) < order.indexOf(id))
  return knownAnswers({ ...state, asked: Object.fromEntries(earlier) })
}

/** The last screen: every answer, each can be changed. */
async function review(talk: Conversation): Promise<'create' | 'back' | 'edited'> {
  const answers = allAnswers(talk.state)
  const ids = Object.keys(table).filter((id) => answers[id] !== null)
  const width = Math.max(...ids.map((id) => labelOf(id).length))
  const rows: Selectable<string>[] = ids.map((id) => ({
    value: id,
    name: `${labelOf(id).padEnd(width)}  ${talk.io.ui.paint('cyan', shownAnswer(answers[id]))}`,
  }))
  talk.screen.push(['', talk.io.ui.paint('bold', 'Review')])
  const answer = await talk.prompts.one(
    'Create the project, or change an answer',
    [{ value: '$create', name: 'Create the project' }, ...rows],
    '$create',
  )
  if (answer.kind === 'back') {
    talk.screen.pop()
    return 'back'
  }
  if (answer.value === '$create') {
    talk.screen.pop()
    talk.screen.push([''])
    return 'create'
  }
  const changed = await askValue(talk, answer.value, labelOf(answer.value), answers)
  talk.screen.pop()
  if (changed.kind === 'answer') talk.state = withAnswer(talk.state, answer.value, changed.value)
  return 'edited'
}

/** An answer changed on the review screen: stronger than a flag or a blueprint, in its place when it was asked. */
function withAnswer(state: AskState, id: string, value: PartialAnswers[string]): AskState {
  const fixed = state.given[id] !== undefined || state.preset[id] !== undefined
  return fixed
    ? { ...state, edited: { ...state.edited, [id]: value } }
    : { ...state, asked: { ...state.asked, [id]: value } }
}

function sectionOf(id: string): string {
  return id === BLUEPRINT ? START_SECTION : (table[id]?.section ?? '')
}

function labelOf(id: string): string {
  return id === BLUEPRINT ? 'Start from' : (table[id]?.ask ?? id).replace(/\?$/, '')
}

/** The answer, short enough that its line does not wrap: going back counts lines. */
function cut(answer: string, { stdout }: Io, label: number): string {
  const room = ((stdout as { columns?: number }).columns ?? 80) - label - 6
  return answer.length > room ? `${answer.slice(0, Math.max(1, room))}…` : answer
}

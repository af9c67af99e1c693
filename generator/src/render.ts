/**
 * Our own handlebars instance. Nothing is escaped (we write code, not HTML), and every name must exist: strict mode covers `{{name}}`, a Proxy covers
 * `{{#if name}}`, which strict mode lets pass. Values are data: nothing that was filled in is read as a template again.
 */
import Handlebars from 'handlebars'
import { BoltError } from './errors.ts'

export type TemplateContext = Readonly<Record<string, unknown>>

/** Lines that take the place of `{{slots.NAME}}`, by name. */
export type Slots = Readonly<Record<string, readonly string[]>>

const instance = Handlebars.create()
instance.registerHelper('eq', (a: unknown, b: unknown) => a === b)

/** A slot stands alone on its line; the lines put there take over its indentation. */
const SLOT_LINE = /^([ \t]*)\{\{slots\.([A-Za-z]+)\}\}[ \t]*(?:\n|$)/gm

/** Fills in a template. `source` names it in errors. */
export function renderTemplate(text: string, context: TemplateContext, slots: Slots, source: string): string {
  try {
    const template = instance.compile(withSlotCalls(text), { strict: true, noEscape: true, preventIndent: true })
    return template(guarded(context, source), {
      helpers: {
        slot: (name: string, indent: string) =>
          (slots[name] ?? []).map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join(''),
      },
    })
  } catch (cause) {
    if (cause instanceof BoltError) throw cause
    throw new BoltError('template-invalid', {
      message: `${source} cannot be rendered.`,
      why: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
}

/** Names of the slots a template has. */
export function slotsOf(text: string): string[] {
  return Array.from(text.matchAll(SLOT_LINE), (match) => match[2] ?? '')
}

/** Parses a template as we render it, for tests that walk its names. */
export function parseTemplate(text: string): hbs.AST.Program {
  return instance.parse(withSlotCalls(text))
}

function withSlotCalls(text: string): string {
  // The comment keeps a brace that begins the next line from being read as the end of the call.
  return text.replace(SLOT_LINE, (_line, indent: string, name: string) => `{{slot "${name}" "${indent}"}}{{!----}}`)
}

/** The same values behind a Proxy that throws on a name that does not exist, however it is asked for. */
function guarded(context: TemplateContext, source: string, prefix = ''): TemplateContext {
  const exists = (key: string): true => {
    if (Object.hasOwn(context, key)) return true
    throw new BoltError('template-invalid', {
      message: `${source} names ${prefix}${key}, which does not exist.`,
      why: `Known here: ${Object.keys(context).sort().join(', ')}`,
    })
  }
  return new Proxy(context, {
    has: (_target, key) => typeof key === 'string' && exists(key),
    get(target, key) {
      if (typeof key === 'symbol') return undefined
      exists(key)
      const value = target[key]
      if (Array.isArray(value))
        return value.map((item: unknown) => (isRecord(item) ? guarded(item, source, `${prefix}${key}.`) : item))
      return isRecord(value) ? guarded(value, source, `${prefix}${key}.`) : value
    },
  })
}

function isRecord(value: unknown): value is TemplateContext {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a merged file still parses: a merge that is clean as text may be broken as a program. */
import { parse as parseScript } from '@babel/parser'
import { parseDocument } from 'yaml'
import { parseJson } from './merge-json.ts'

type Check = (text: string, path: string) => string | undefined

const CHECKS: readonly (readonly [RegExp, Check])[] = [
  [/\.(?:json|jsonc)$/, (text) => (parseJson(text) === undefined ? 'it is not valid JSON' : undefined)],
  [/\.ya?ml$/, checkYaml],
  [/\.[cm]?[jt]sx?$/, checkScript],
]

/** What keeps a file from parsing, in words; nothing when it parses, or is of a kind we do not parse. */
export function checkSyntax(path: string, text: string): string | undefined {
  return CHECKS.find(([pattern]) => pattern.test(path))?.[1](text, path)
}

function checkYaml(text: string): string | undefined {
  const error = parseDocument(text).errors[0]
  return error && `it is not valid YAML: ${firstLine(error.message)}`
}

function checkScript(text: string, path: string): string | undefined {
  const typescript = /\.[cm]?tsx?$/.test(path)
  const jsx = path.endsWith('x')
  try {
    parseScript(text, {
      sourceType: 'unambiguous',
      allowReturnOutsideFunction: true,
      plugins: [
        'decorators',
        'decoratorAutoAccessors',
        'explicitResourceManagement',
        ...(typescript ? (['typescript'] as const) : []),
        ...(jsx ? (['jsx'] as const) : []),
      ],
    })
    return undefined
  } catch (error) {
    return `it does not parse: ${firstLine(error instanceof Error ? error.message : String(error))}`
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

import type { CompiledParts } from '../compile/parts.ts'
import { authOf, type DeclaredHandler } from '../declared.ts'
import { BoltError } from '../errors.ts'
import type { JsonSchema } from '../plan.ts'
import type { QueryInput, QuerySource } from '../query.ts'
import { isList } from '../schema/coerce.ts'
import type { CompiledSchema } from '../schema/convert.ts'
import { keepsClaim } from '../schema/keeps.ts'
import { isZod } from '../schema/zod.ts'

/** Refuses a route whose query reads what the route does not declare, or what a request may leave out. */
export function checkInputs(route: DeclaredHandler, source: QuerySource, parts: CompiledParts): void {
  for (const input of source.inputs) {
    const fault = faultOf(input, route, parts)
    if (fault === undefined) continue
    const name = input.from === 'claim' ? `claim('${input.name}')` : `param.${input.from}('${input.name}')`
    throw new BoltError('invalid-option', `${route.method} ${route.path}: ${name} ${fault.what}`, fault.fix)
  }
}

interface Fault {
  what: string
  fix: string
}

function faultOf(input: QueryInput, route: DeclaredHandler, parts: CompiledParts): Fault | undefined {
  switch (input.from) {
    case 'path':
      return pathFault(input.name, route.names)
    case 'query':
      return partFault(input, parts.query, 'query') ?? listFault(input.name, parts.query)
    case 'body':
      return partFault(input, parts.body ?? parts.form, 'body')
    case 'claim':
      return claimFault(input.name, route)
  }
}

function pathFault(name: string, names: readonly string[]): Fault | undefined {
  if (names.includes(name)) return undefined
  const known = names.length === 0 ? 'the path has no parameters' : `the path has ${names.join(', ')}`
  return { what: 'is not in the path', fix: `${known}; write ':${name}' where it stands` }
}

function partFault(input: QueryInput, compiled: CompiledSchema | undefined, part: string): Fault | undefined {
  const { name, isOptional } = input
  const declare = `declare it: ${part}: z.object({ ${name}: … })`
  if (compiled === undefined) return { what: `is not declared, as the route has no ${part} schema`, fix: declare }
  const schema = compiled.documented()
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined
  if (property === undefined) {
    const known = Object.keys(properties).join(', ')
    return {
      what: `is not in the ${part} schema`,
      fix: known === '' ? declare : `the schema has ${known}; use one of them, or ${declare}`,
    }
  }
  const required = (schema.required ?? []) as string[]
  const isThere = compiled.required && (required.includes(name) || property.default !== undefined)
  if (isThere || isOptional) return undefined
  return {
    what: 'may be missing from a request',
    fix: `require it, give it a default, or bind NULL then: param.${input.from}('${name}', { optional: true })`,
  }
}

function listFault(name: string, compiled: CompiledSchema | undefined): Fault | undefined {
  const schema = compiled?.documented() ?? {}
  const property = (schema.properties as Record<string, JsonSchema> | undefined)?.[name]
  if (property === undefined || !isList(property, schema)) return undefined
  return { what: 'is a list', fix: 'declare a single value, or take the list in a handler' }
}

function claimFault(path: string, route: DeclaredHandler): Fault | undefined {
  const checks = authOf(route)?.checks
  if (checks === undefined) {
    return { what: 'on a route without auth', fix: 'add auth to the route or its group: auth: jwt({ … })' }
  }
  const schemas = checks.flatMap((check) => (check.kind === 'jwt' && check.claims !== null ? [check.claims] : []))
  return schemas.some((schema) => isZod(schema) && keepsClaim(schema, path) === 'dropped')
    ? {
        what: 'is not in the claims schema of its auth, which drops it',
        fix: 'declare the claim there, or use z.looseObject()',
      }
    : undefined
}

/** A resource → the text of its files and the lines it adds to others. Pure but for the templates it is given. */
import { compareNames } from '../model/imports.ts'
import { renderTemplate } from '../render.ts'
import { fieldTypes, type Resource } from './resource.ts'

export interface ResourceFile {
  readonly path: string
  readonly text: string
}

/** One line to put into a file that exists. */
export interface Insertion {
  readonly path: string
  readonly kind: 'import' | 'export' | 'route'
  readonly line: string
}

/** Templates of the block, by file name. */
export type BlockTemplates = Readonly<Record<string, string>>

/** Files of the resource. `owned`: each row belongs to a user, which needs sign-in. */
export function renderResource(resource: Resource, owned: boolean, templates: BlockTemplates): ResourceFile[] {
  const context = contextOf(resource, owned)
  const folder = `src/features/${resource.plural}`
  return Object.entries(templates).map(([name, template]) => ({
    path: `${folder}/${name === 'test.ts.hbs' ? `${resource.plural}.test.ts` : name.replace(/\.hbs$/, '')}`,
    text: renderTemplate(template, context, {}, `blocks/resource/${name}`),
  }))
}

/** Lines that make the application know the resource. */
export function insertionsOf({ plural }: Resource, owned: boolean): Insertion[] {
  const routes = `${camel(plural)}Routes`
  return [
    { path: 'src/app.ts', kind: 'import', line: `import { ${routes} } from '#features/${plural}/routes'` },
    { path: 'src/app.ts', kind: 'route', line: `${routes}(app, database.db${owned ? ', access' : ''})` },
    { path: 'src/db/schema.ts', kind: 'export', line: `export * from '../features/${plural}/table.ts'` },
  ]
}

function contextOf({ name, plural, fields }: Resource, owned: boolean) {
  const views = fields.map(({ name: field, type, optional }) => {
    const { column, input, output, sample } = fieldTypes[type]
    return {
      name: field,
      column: optional ? `${column}()` : `${column}().notNull()`,
      input: optional ? `${input}.nullable().default(null)` : input,
      change: optional ? `${input}.nullable().optional()` : `${input}.optional()`,
      output: optional ? `${output}.nullable()` : output,
      sample: `${field}: ${sample}`,
    }
  })
  const used = fields.map(({ type }) => fieldTypes[type].column)
  const words = new Set(['createdAt', 'id', 'table', 'updatedAt', ...used, ...(owned ? ['index', 'text'] : [])])
  return {
    owned,
    fields: views,
    words: [...words].sort().join(', '),
    singular: camel(name),
    plural: camel(plural),
    type: pascal(name),
    pluralType: pascal(plural),
    tableName: plural.replaceAll('-', '_'),
    kebab: plural,
    path: `/api/${plural}`,
    phrase: name.replaceAll('-', ' '),
    title: capital(plural.replaceAll('-', ' ')),
    routeSchemas: sortedNames(name, ['', 'Changes', 'Id', 'Page']),
    serviceSchemas: sortedNames(name, ['', 'Changes', 'Page']),
    sample: views.map(({ sample }) => sample).join(', '),
    userArgument: owned ? 'userId: string, ' : '',
    userValue: owned ? 'userId, ' : '',
    userContext: owned ? 'ctx.auth.user.id, ' : '',
  }
}

/** Names exported by schemas.ts, in the order Biome keeps them. */
function sortedNames(name: string, endings: readonly string[]): string {
  const type = pascal(name)
  return [`New${type}`, 'PageQuery', ...endings.map((ending) => type + ending)].sort(compareNames).join(', ')
}

export function camel(kebab: string): string {
  return kebab.replace(/-([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
}

function pascal(kebab: string): string {
  return capital(camel(kebab))
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

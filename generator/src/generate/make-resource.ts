/** `generate resource` and its exact reverse, as files for the engine. */
import { BoltError } from '../errors.ts'
import { sha256 } from '../state/hash.ts'
import type { Project } from '../transition/project.ts'
import type { Answers } from '../types.ts'
import { loadBlock } from './block.ts'
import { readProjectText, type WantedFile } from './engine.ts'
import { insertLine, removeLine } from './insert.ts'
import { formatRecord, type GeneratedRecord, parseRecord, RECORDS, recordPath } from './record.ts'
import { camel, insertionsOf, renderResource } from './render-resource.ts'
import { pluralOf, type Resource } from './resource.ts'

export type Format = ((file: string, text: string) => Promise<string>) | undefined

/** Everything the new resource writes. Refused when anything of that name exists. */
export async function filesOfResource(
  project: Project,
  resource: Resource,
  words: readonly string[],
  answers: Answers,
  format: Format,
): Promise<WantedFile[]> {
  if (answers.database === 'none') {
    throw new BoltError('generate-refused', {
      message: 'A resource needs a database.',
      why: 'This project has none (database = none).',
      hint: 'Add one with: bolt set database=postgres',
    })
  }
  const owned = answers.auth !== 'none'
  const rendered = renderResource(resource, owned, await loadBlock('resource'))
  const made = await Promise.all(
    rendered.map(async ({ path, text }) => ({ path, text: format ? await format(path, text) : text })),
  )
  await refuseExisting(project, resource, made)
  const insertions = insertionsOf(resource, owned)
  const record: GeneratedRecord = {
    schema: 1,
    kind: 'resource',
    name: resource.name,
    words,
    files: Object.fromEntries(made.map(({ path, text }) => [path, sha256(text)])),
    insertions,
  }
  const changed = await edited(project, [...new Set(insertions.map(({ path }) => path))], (path, text) =>
    insertions.filter((each) => each.path === path).reduce((before, each) => insertLine(before, each), text),
  )
  return [
    ...made.map((file) => ({ ...file, reason: 'new' })),
    ...changed.map((file) => ({ ...file, reason: `knows ${resource.plural}` })),
    { path: recordPath('resource', resource.plural), text: formatRecord(record), reason: 'record' },
  ]
}

/** The reverse. `force` gives up edits of the generated files. */
export async function filesWithoutResource(
  project: Project,
  name: string,
  force: boolean,
): Promise<{ files: WantedFile[]; left: string[]; plural: string }> {
  const { record, path } = await findRecord(project, name)
  const edits: string[] = []
  const gone: WantedFile[] = []
  for (const [file, hash] of Object.entries(record.files)) {
    const entry = await project.disk.stat(`${project.root}/${file}`)
    if (!entry) continue
    if (entry.kind !== 'file' || sha256(await project.disk.read(`${project.root}/${file}`)) !== hash) edits.push(file)
    gone.push({ path: file, text: null, reason: 'was generated' })
  }
  if (edits.length > 0 && !force) {
    throw new BoltError('generate-refused', {
      message: `${name} was edited since it was generated.`,
      why: edits.join('\n'),
      hint: `To delete it with your edits: bolt destroy resource ${name} --force (bolt undo brings it back)`,
    })
  }
  const left: string[] = []
  const changed = await edited(project, [...new Set(record.insertions.map((each) => each.path))], (file, text) =>
    record.insertions
      .filter((each) => each.path === file)
      .reduce((before, each) => {
        const after = removeLine(before, each)
        if (after === undefined) left.push(`${file}: ${each.line}`)
        return after ?? before
      }, text),
  )
  const files = [
    ...gone,
    ...changed.map((file) => ({ ...file, reason: `no longer knows ${name}` })),
    { path, text: null, reason: 'record' },
  ]
  return { files, left, plural: pluralOf(record.name) }
}

async function edited(
  project: Project,
  paths: readonly string[],
  edit: (path: string, text: string) => string,
): Promise<{ path: string; text: string }[]> {
  const results = await Promise.all(
    paths.map(async (path) => {
      const before = await readProjectText(project, path)
      const text = edit(path, before)
      return text === before ? [] : [{ path, text }]
    }),
  )
  return results.flat()
}

/** Files of that name, and a table of that name somewhere else. */
async function refuseExisting(
  project: Project,
  { name, plural }: Resource,
  files: readonly { path: string }[],
): Promise<void> {
  const taken = await Promise.all(
    files.map(async ({ path }) => ((await project.disk.stat(`${project.root}/${path}`)) ? [path] : [])),
  )
  const tables = await tableFiles(project)
  const table = tables.find(({ text }) => new RegExp(`^export const ${camel(plural)}\\b`, 'm').test(text))
  const why = [...taken.flat(), ...(table ? [`${table.path} has a table ${camel(plural)}`] : [])]
  if (why.length === 0) return
  throw new BoltError('generate-refused', {
    message: `There is a ${name} already.`,
    why: why.join('\n'),
    hint: `Choose another name, or first: bolt destroy resource ${name}`,
  })
}

async function tableFiles(project: Project): Promise<{ path: string; text: string }[]> {
  const schema = await readProjectText(project, 'src/db/schema.ts')
  const paths = Array.from(schema.matchAll(/from '\.\.\/([\w/.-]+\.ts)'/g), (match) => `src/${match[1]}`)
  const found = await Promise.all(
    paths.map(async (path) =>
      (await project.disk.stat(`${project.root}/${path}`))?.kind === 'file'
        ? [{ path, text: await readProjectText(project, path) }]
        : [],
    ),
  )
  return found.flat()
}

async function findRecord(project: Project, name: string): Promise<{ record: GeneratedRecord; path: string }> {
  const path = recordPath('resource', pluralOf(name))
  if ((await project.disk.stat(`${project.root}/${path}`))?.kind === 'file') {
    return { record: parseRecord(await readProjectText(project, path), path), path }
  }
  const entries = (await project.disk.stat(`${project.root}/${RECORDS}`))
    ? await project.disk.list(`${project.root}/${RECORDS}`)
    : []
  const known = entries.flatMap((entry) => /^resource-(.+)\.json$/.exec(entry)?.[1] ?? [])
  throw new BoltError('generate-refused', {
    message: `No resource ${name} was generated here.`,
    why: known.length > 0 ? `Generated: ${known.join(', ')}` : 'None was generated in this project.',
  })
}

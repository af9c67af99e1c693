import { tmpdir } from 'node:os'
import { type Check, shape } from '../check.ts'

/** Bounds on forms; all of a form is bounded by `bodyBytes` besides. */
export interface FormLimits {
  /** Text fields of one form. @default 256 */
  fields: number
  /** One text field, name and value together, bytes. @default 65536 */
  fieldBytes: number
  /** Files of one form. @default 16 */
  files: number
  /** One file, bytes. @default as much as bodyBytes lets through */
  fileBytes: number
  /** Head of one part of a multipart form, bytes. @default 4096 */
  headerBytes: number
  /** Files up to this size stay in memory, bytes; larger ones go to the temporary folder. @default 65536 */
  memoryBytes: number
}

/** Bounds on all forms of an application and where their large files go; a route may have bounds of its own (`formLimits`). */
export interface FormOptions extends Partial<FormLimits> {
  /** Where the temporary folder is made. @default the system's */
  folder?: string
}

export interface FormSettings extends FormLimits {
  folder: string
}

const limitChecks: Readonly<Record<keyof FormLimits, Check>> = {
  fields: shape.integer({ min: 0 }),
  fieldBytes: shape.integer({ min: 1 }),
  files: shape.integer({ min: 0 }),
  fileBytes: shape.integer({ min: 1 }),
  headerBytes: shape.integer({ min: 128 }),
  memoryBytes: shape.integer({ min: 0 }),
}

/** What `forms` of `createApp` may be. */
export const formsCheck: Check = shape.object({ ...limitChecks, folder: shape.text() })

/** What `formLimits` of a route may be. */
export const formLimitsCheck: Check = shape.object(limitChecks)

/** The bounds with every default filled in. */
export function formSettings(options: FormOptions): FormSettings {
  return {
    fields: options.fields ?? 256,
    fieldBytes: options.fieldBytes ?? 65_536,
    files: options.files ?? 16,
    fileBytes: options.fileBytes ?? Number.MAX_SAFE_INTEGER,
    headerBytes: options.headerBytes ?? 4_096,
    memoryBytes: options.memoryBytes ?? 65_536,
    folder: options.folder ?? tmpdir(),
  }
}

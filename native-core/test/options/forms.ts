import { z } from 'zod'
import { app, handler, type Mistake, make } from './mistake.ts'

/** Mistakes in forms and the folder of their files. */
export const formMistakes: Mistake[] = [
  [
    'a form together with a body',
    () => app().post?.('/a', { form: z.object({}), body: z.object({}) }, handler),
    'invalid-option',
    /POST \/a: form together with body/,
    /one kind of body/,
  ],
  [
    'a form that the handler reads as a stream',
    () => app().post?.('/a', { form: z.object({}), streamBody: true }, handler),
    'invalid-option',
    /form together with streamBody/,
    /one kind of body/,
  ],
  [
    'a form on GET',
    () => app().get?.('/a', { form: z.object({}) }, handler),
    'invalid-option',
    /a form on GET/,
    /GET takes none/,
  ],
  [
    'bounds of a form that is not there',
    () => app().post?.('/a', { formLimits: { files: 1 } }, handler),
    'invalid-option',
    /formLimits without form/,
    /one kind of body/,
  ],
  [
    'a form whose schema is no object',
    () => app().post?.('/a', { form: z.array(z.string()) }, handler),
    'unsupported-schema',
    /POST \/a: form: the schema is not an object/,
    /declare each name/,
  ],
  [
    'an unknown bound on forms',
    () => make({ forms: { fileByts: 1 } }),
    'invalid-option',
    /createApp\(\): forms: unknown option 'fileByts'/,
    /did you mean 'fileBytes'/,
  ],
  [
    'a folder for files as a bound of a route',
    () => app().post?.('/a', { form: z.object({}), formLimits: { folder: '/tmp' } }, handler),
    'invalid-option',
    /unknown option 'folder'/,
    /known options: fields/,
  ],
]

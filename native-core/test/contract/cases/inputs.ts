import type { Case } from '../case.ts'

const get = (url: string) => ({ url })
const invalid = (...errors: string[]) => ({ status: 422, code: 'validation-failed', errors })

export const params: Case[] = [
  {
    title: 'coerces an integer parameter',
    ask: get('/int/42'),
    answer: { status: 200, body: { n: 42, type: 'number' } },
  },
  { title: 'coerces a negative integer', ask: get('/int/-7'), answer: { status: 200, body: { n: -7 } } },
  ...['1.5', '1e3', '0x10', '007', '+5', '1_000', 'abc', '9007199254740993', '%205'].map(
    (text): Case => ({
      title: `refuses ${text} as an integer`,
      ask: get(`/int/${text}`),
      answer: invalid('params /n type'),
      native: true,
    }),
  ),
  {
    title: 'accepts a UUID',
    ask: get('/uuid/7d444840-9dc0-41d1-b245-5ffdce74fad2'),
    answer: { status: 200, body: { id: '7d444840-9dc0-41d1-b245-5ffdce74fad2' } },
  },
  { title: 'refuses what is no UUID', ask: get('/uuid/7d444840'), answer: invalid('params /id format'), native: true },
]

export const query: Case[] = [
  { title: 'fills in a default', ask: get('/types'), answer: { status: 200, body: { limit: 20 } } },
  { title: 'coerces an integer', ask: get('/types?int=5'), answer: { status: 200, body: { int: 5 } } },
  { title: 'coerces a number', ask: get('/types?number=-2.5E-1'), answer: { status: 200, body: { number: -0.25 } } },
  ...['.5', '5.', 'NaN', 'Infinity', '1e999', '1,5', ''].map(
    (text): Case => ({
      title: `refuses '${text}' as a number`,
      ask: get(`/types?number=${text}`),
      answer: invalid('query /number type'),
      native: true,
    }),
  ),
  { title: 'coerces true', ask: get('/types?flag=true'), answer: { status: 200, body: { flag: true } } },
  { title: 'coerces false', ask: get('/types?flag=false'), answer: { status: 200, body: { flag: false } } },
  ...['1', '0', 'TRUE', 'yes', ''].map(
    (text): Case => ({
      title: `refuses '${text}' as a boolean`,
      ask: get(`/types?flag=${text}`),
      answer: invalid('query /flag type'),
      native: true,
    }),
  ),
  {
    title: 'reads + as a blank and decodes',
    ask: get('/types?text=a+b%2Bc'),
    answer: { status: 200, body: { text: 'a b+c' } },
  },
  {
    title: 'keeps text that looks like a number',
    ask: get('/types?text=007'),
    answer: { status: 200, body: { text: '007' } },
  },
  {
    title: 'collects a repeated key into an array',
    ask: get('/types?list=1&list=2'),
    answer: { status: 200, body: { list: [1, 2] } },
  },
  {
    title: 'makes an array of a single value',
    ask: get('/types?list=1'),
    answer: { status: 200, body: { list: [1] } },
  },
  {
    title: 'names the bad member of an array',
    ask: get('/types?list=1&list=x'),
    answer: invalid('query /list/1 type'),
    native: true,
  },
  {
    title: 'counts the members of an array',
    ask: get('/types?list=1&list=2&list=3&list=4'),
    answer: invalid('query /list maxItems'),
    native: true,
  },
  {
    title: 'refuses a repeated key that is not an array',
    ask: get('/types?int=1&int=2'),
    answer: invalid('query /int type'),
    native: true,
  },
  {
    title: 'refuses a value outside an enum',
    ask: get('/types?one=c'),
    answer: invalid('query /one enum'),
    native: true,
  },
  {
    title: 'accepts a date',
    ask: get('/types?date=2024-02-29'),
    answer: { status: 200, body: { date: '2024-02-29' } },
  },
  {
    title: 'refuses a day that does not exist',
    ask: get('/types?date=2023-02-29'),
    answer: invalid('query /date format'),
    native: true,
  },
  {
    title: 'lets the library coerce what JSON Schema cannot',
    ask: get('/types?since=2024-05-01'),
    answer: { status: 200, body: { since: '2024-05-01T00:00:00.000Z' } },
  },
  {
    title: 'lets the library refuse what JSON Schema cannot',
    ask: get('/types?since=never'),
    answer: invalid('query /since custom'),
  },
  { title: 'runs refinements', ask: get('/types?even=3'), answer: invalid('query /even custom') },
  { title: 'checks bounds', ask: get('/types?limit=0'), answer: invalid('query /limit minimum'), native: true },
  {
    title: 'reports all violations at once',
    ask: get('/types?limit=101&flag=x&one=z'),
    answer: invalid('query /limit maximum', 'query /flag type', 'query /one enum'),
    native: true,
  },
  { title: 'reports missing keys', ask: get('/required?q=a'), answer: invalid('query /n required'), native: true },
  {
    title: 'reports all missing keys',
    ask: get('/required'),
    answer: invalid('query /q required', 'query /n required'),
    native: true,
  },
  {
    title: 'ignores unknown keys',
    ask: get('/required?q=a&n=1&more=2'),
    answer: { status: 200, body: { q: 'a', n: 1 } },
  },
  {
    title: 'refuses unknown keys of a strict schema',
    ask: get('/strict?z=1'),
    answer: invalid('query /z additionalProperties'),
    native: true,
  },
  {
    title: 'takes __proto__ as an unknown key',
    ask: get('/strict?__proto__=1'),
    answer: invalid('query /__proto__ additionalProperties'),
    native: true,
  },
  {
    title: 'refuses a malformed percent sign',
    ask: get('/types?text=%zz'),
    answer: { status: 400, code: 'bad-request' },
    native: true,
  },
  {
    title: 'reads a query without schema as text, the first of each',
    ask: get('/plain-query?a=1&b=x+y&a=2'),
    answer: { status: 200, body: { a: '1', b: 'x y' } },
  },
  {
    title: 'keeps __proto__ harmless without a schema',
    ask: get('/plain-query?__proto__=1&constructor=2'),
    answer: { status: 200, body: { constructor: '2' } },
  },
]

export const headersAndCookies: Case[] = [
  {
    title: 'coerces a header',
    ask: { url: '/headers', headers: { 'X-Count': '3' } },
    answer: { status: 200, body: { count: 3, name: null, same: '3' } },
  },
  {
    title: 'refuses a header of the wrong type',
    ask: { url: '/headers', headers: { 'x-count': 'x' } },
    answer: invalid('headers /x-count type'),
    native: true,
  },
  { title: 'misses a header', ask: get('/headers'), answer: invalid('headers /x-count required'), native: true },
  {
    title: 'reads cookies as they were sent, the first of each name',
    ask: { url: '/cookies', headers: { cookie: 'a=1; b=two%20words; c="quoted"; a=9; =x; lonely; d=x=y,z' } },
    answer: { status: 200, body: '{"a":"1","b":"two%20words","c":"quoted","d":"x=y,z"}' },
  },
  { title: 'has no cookies without the header', ask: get('/cookies'), answer: { status: 200, body: '{}' } },
  {
    title: 'coerces cookies',
    ask: { url: '/cookie', headers: { cookie: 'theme=dark; visits=4' } },
    answer: { status: 200, body: { theme: 'dark', visits: 4 } },
  },
  {
    title: 'refuses a cookie outside its enum',
    ask: { url: '/cookie', headers: { cookie: 'theme=pink' } },
    answer: invalid('cookies /theme enum'),
    native: true,
  },
  { title: 'misses a cookie', ask: get('/cookie'), answer: invalid('cookies /theme required'), native: true },
]

/** Types that are read or written in a way of their own. OIDs below 10000 are assigned in PostgreSQL's source and never change. */
export const oid = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  jsonb: 3802,
} as const

/** Array types have OIDs of their own from here on, when a database has made them: of enums, domains, extensions. */
export const FIRST_OWN = 10_000

export type { RouteQuery, RowsOf } from '../query.ts'
export type { Jsonified } from './jsonified.ts'
export { claim, type ParamOptions, param, type QueryParam } from './param.ts'
export { type PreparableQuery, query, type RowOf } from './query.ts'

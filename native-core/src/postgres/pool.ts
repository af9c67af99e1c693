import type { QueryValue } from '../binding.d.ts'
import { type Engine, nativeBinding } from '../database/engine.ts'
import { Pool } from '../database/pool.ts'
import { scalarOf } from '../queries/text.ts'
import { Catalog } from './catalog.ts'
import { PostgresError } from './error.ts'
import type { PoolPlan } from './options.ts'
import type { Parsers } from './parse.ts'
import { type Serializers, serialize } from './serialize.ts'

/** How values are read and written, by OID; what is changed counts from the next result on. */
export interface TypeFunctions {
  readonly parsers: Parsers
  readonly serializers: Serializers
}

/** The connections of one client of PostgreSQL. */
export class PostgresPool extends Pool {
  readonly functions: TypeFunctions
  readonly catalog = new Catalog()

  /** @throws BoltError when there is no native engine */
  constructor(plan: PoolPlan, functions: TypeFunctions) {
    super(nativeBinding('postgres-unavailable', 'PostgreSQL', 'postgres'), engineOf(plan, functions))
    this.functions = functions
  }
}

function engineOf(plan: PoolPlan, { serializers }: TypeFunctions): Engine {
  return {
    system: 'postgresql',
    keepsOwn: false,
    open: (binding, server, settle) => binding.openPool(server, JSON.stringify(plan), settle),
    failure: (failure, sql) => new PostgresError(failure, sql),
    constant: (value, sql) => serialize([value], serializers, sql).texts[0] ?? null,
    value: (value): QueryValue => (value instanceof Date ? value.toISOString() : scalarOf(value)),
  }
}

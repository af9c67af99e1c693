import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'bench-postgres',
  family: 'bench-database',
  about: 'A database of its own for the load profile',
  when: { bench: true, database: 'postgres' },
  after: ['bench'],
  registers: [
    {
      file: 'bench/run.ts',
      slot: 'before',
      lines: [
        'const database = await benchDatabase()',
        'stops.unshift(database.stop)',
        'own.DATABASE_URL = database.url',
      ],
      imports: ["import { benchDatabase } from './database.ts'"],
    },
  ],
})

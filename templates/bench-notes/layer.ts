import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'bench-notes',
  about: 'Reading and writing notes under load',
  when: { bench: true, example: 'notes' },
  after: ['bench-sessions'],
  registers: [
    {
      file: 'bench/scenarios.ts',
      slot: 'scenarios',
      lines: ['list.push(...(await notesScenarios(url, cookie)))'],
      imports: ["import { notesScenarios } from './notes.ts'"],
    },
  ],
})

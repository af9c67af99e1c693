import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'bench-hello',
  about: 'The first route under load',
  when: { bench: true, example: 'none' },
  after: ['bench', 'bench-sessions'],
  registers: [
    {
      file: 'bench/scenarios.ts',
      slot: 'scenarios',
      lines: ["list.push({ name: 'JSON', path: '/api/hello?name=Ada', atLeast: 0.3 })"],
    },
  ],
})

import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'bench-sessions',
  about: 'A signed-in request under load',
  when: { bench: true, auth: 'sessions' },
  after: ['bench'],
  registers: [
    {
      file: 'bench/scenarios.ts',
      slot: 'scenarios',
      lines: [
        'const cookie = await signUp(url)',
        "list.push({ name: 'signed-in read', path: '/api/me', headers: { cookie }, atLeast: 0.2 })",
      ],
      imports: ["import { signUp } from './member.ts'"],
    },
  ],
})

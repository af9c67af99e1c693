import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'ci-github-bench',
  about: 'Keeps the budgets of the load profile in the workflow',
  when: { ci: 'github', bench: true },
  after: ['ci-github'],
  ci: [{ name: 'Load profile', script: 'bench' }],
})

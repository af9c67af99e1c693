import { defineBlueprint } from '../generator/src/blueprint.ts'

export default defineBlueprint({
  id: 'minimal',
  label: 'Minimal',
  description: 'The core, one route and its test',
  answers: { database: 'none', auth: 'none', tokens: 'none', example: 'none', docker: false, ci: 'none', bench: false },
})

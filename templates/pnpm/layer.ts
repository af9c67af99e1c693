import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'pnpm',
  about: 'Settings of pnpm: no package may run an install script, because none needs to',
  when: { packageManager: 'pnpm' },
  classes: { 'pnpm-workspace.yaml': 'structured' },
})

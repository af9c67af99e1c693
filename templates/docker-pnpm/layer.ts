import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'docker-pnpm',
  family: 'dockerfile',
  about: 'The container image, with packages installed by pnpm',
  when: { docker: true, packageManager: 'pnpm' },
  after: ['docker'],
})

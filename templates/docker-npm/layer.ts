import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'docker-npm',
  family: 'dockerfile',
  about: 'The container image, with packages installed by npm',
  when: { docker: true, packageManager: 'npm' },
  after: ['docker'],
})

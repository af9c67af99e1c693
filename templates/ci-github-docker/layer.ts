import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'ci-github-docker',
  about: 'Builds the container image in the workflow',
  when: { ci: 'github', docker: true },
  after: ['ci-github'],
  ci: [{ name: 'Container image', run: 'docker build .' }],
})

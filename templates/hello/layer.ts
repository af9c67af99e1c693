import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'hello',
  about: 'One route to start from, where no worked example was chosen',
  when: { example: 'none' },
  after: ['base', 'sessions', 'tokens'],
  registers: [
    {
      file: 'src/app.ts',
      slot: 'routes',
      lines: ['helloRoutes(app)'],
      imports: ["import { helloRoutes } from '#features/hello/routes'"],
    },
  ],
  classes: { 'src/features/hello/': 'seed' },
})

import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'docker-sessions',
  about: 'Settings of sign-in for the container',
  when: { docker: true, auth: 'sessions' },
  after: ['docker-postgres', 'docker-sqlite'],
  services: {
    app: {
      environment: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: compose fills it in from .env
        APP_URL: '${APP_URL:-http://localhost:3000}',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: compose fills it in from .env
        AUTH_SECRET: '${AUTH_SECRET:?set it in .env}',
      },
    },
  },
})

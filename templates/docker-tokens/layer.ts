import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'docker-tokens',
  about: 'Keys of tokens for the container',
  when: { docker: true, tokens: 'jwt' },
  after: ['docker-postgres', 'docker-sqlite', 'docker-sessions'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: compose fills it in from .env
  services: { app: { environment: { TOKEN_KEYS: '${TOKEN_KEYS:?set it in .env}' } } },
})

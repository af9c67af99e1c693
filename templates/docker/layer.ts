import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'docker',
  about: 'Compose file around the container image',
  when: { docker: true },
  after: ['base'],
  composeFile: 'compose.yaml',
  scripts: {
    'docker:up': {
      run: 'docker compose up --build --detach --wait',
      about: 'builds the image and starts everything in containers',
    },
    'docker:down': { run: 'docker compose down', about: 'stops the containers; data stays' },
  },
  services: {
    app: {
      build: '.',
      init: true,
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: compose fills it in from .env
      ports: ['127.0.0.1:${PORT:-3000}:3000'],
    },
  },
  lists: {
    '.dockerignore': ['.git', '.env', '.data', '.bolt', 'node_modules', 'dist', 'coverage', '*.log'],
  },
  readme: { title: 'Docker', file: 'readme.md.hbs', order: 82 },
})

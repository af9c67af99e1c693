import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'license-mit',
  family: 'license',
  about: 'The text of the MIT licence',
  when: { license: 'MIT' },
})

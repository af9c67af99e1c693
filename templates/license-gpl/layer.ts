import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'license-gpl',
  family: 'license',
  about: 'The text of the GPL-3.0 licence',
  when: { license: 'GPL-3.0' },
})

import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'license-apache',
  family: 'license',
  about: 'The text of the Apache-2.0 licence',
  when: { license: 'Apache-2.0' },
})

import { defineLayer } from '../../generator/src/layer.ts'

export default defineLayer({
  id: 'license-bsd',
  family: 'license',
  about: 'The text of the BSD-3-Clause licence',
  when: { license: 'BSD-3-Clause' },
})

import { expect, it } from 'vitest'
import { childEnvironment } from '../../src/tasks/environment.ts'

it('keeps where packages come from, drops what belongs to the outer run', () => {
  const kept = {
    PATH: '/bin',
    npm_config_registry: 'x',
    npm_config_cache: 'x',
    npm_config_userconfig: 'x',
    'npm_config_//host.test/:_authToken': 'x',
    'npm_config_@acme:registry': 'x',
    npm_config_https_proxy: 'x',
    npm_config_omit_lockfile_registry_resolved: 'x',
    NPM_CONFIG_REGISTRY: 'x',
    GIT_AUTHOR_NAME: 'x',
  }
  const dropped = {
    npm_config_user_agent: 'x',
    npm_config_call: 'x',
    npm_config_package: 'x',
    npm_config_local_prefix: 'x',
    npm_config_global: 'x',
    npm_lifecycle_event: 'x',
    npm_package_name: 'x',
    npm_execpath: 'x',
    npm_command: 'x',
    INIT_CWD: 'x',
    GIT_DIR: 'x',
    GIT_INDEX_FILE: 'x',
    GIT_WORK_TREE: 'x',
    UNSET: undefined,
  }
  expect(childEnvironment({ ...kept, ...dropped })).toEqual(kept)
})

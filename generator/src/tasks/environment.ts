/** The environment for programs we start. */

type Env = Readonly<Record<string, string | undefined>>

/** Settings of an outer npm that decide where packages come from; all else it sets is about its own run. */
const KEPT =
  /^npm_config_(?:registry|cache|userconfig|globalconfig|ca|cafile|proxy|https_proxy|https-proxy|noproxy|strict_ssl|strict-ssl|offline|prefer_offline|fetch_.*|maxsockets|min_release_age|omit_lockfile_registry_resolved|yes|nodedir|.*:registry|\/\/.*|_auth.*)$/i

/**
 * The environment without what `npm create` and `npx` put into it (they would make the inner npm believe it runs in another package), and without
 * the variables by which an outer git command points to another repository.
 */
export function childEnvironment(env: Env): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !(isOuterNpm(entry[0]) && !KEPT.test(entry[0])) && !isOuterGit(entry[0]),
  )
  return Object.fromEntries(kept)
}

function isOuterNpm(name: string): boolean {
  return /^npm_/i.test(name) || /^pnpm_(?!home$)/i.test(name) || name === 'INIT_CWD' || name === 'PNPM_PACKAGE_NAME'
}

function isOuterGit(name: string): boolean {
  return /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|OBJECT_DIRECTORY|NAMESPACE|CEILING_DIRECTORIES)$/.test(
    name,
  )
}

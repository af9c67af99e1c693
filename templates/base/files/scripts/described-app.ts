import type { App } from '@bolt-app/core'
import { buildApp } from '#app'
import { parseEnv } from '#env'
import { settings } from '#test/settings'

/** The application, to look at its routes: nothing listens and nothing connects. */
export function describedApp(): Promise<App> {
  return buildApp(parseEnv(settings))
}

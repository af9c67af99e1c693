/** What differs between the package managers we support, as words. */
import type { Answers } from './types.ts'

export interface PackageManager {
  readonly name: string
  /** Runs a script of package.json. */
  readonly run: string
  /** Runs a program of node_modules/.bin. */
  readonly exec: string
  readonly install: string
  /** Installs exactly what the lockfile says. */
  readonly ci: string
  readonly test: string
  readonly lockfile: string
  /** Starts `create-bolt-app`, without version and arguments. */
  readonly create: string
  /** Between the name and flags of `create`: npm keeps flags for itself without it. */
  readonly separator: string
  /** Oldest version that works. */
  readonly minimum: string
}

export const packageManagers: Readonly<Record<Answers['packageManager'], PackageManager>> = {
  npm: {
    name: 'npm',
    run: 'npm run',
    exec: 'npx',
    install: 'npm install',
    ci: 'npm ci',
    test: 'npm test',
    lockfile: 'package-lock.json',
    create: 'npm create bolt-app',
    separator: ' --',
    minimum: '10.0.0',
  },
  pnpm: {
    name: 'pnpm',
    run: 'pnpm',
    exec: 'pnpm exec',
    install: 'pnpm install',
    ci: 'pnpm install --frozen-lockfile',
    test: 'pnpm test',
    lockfile: 'pnpm-lock.yaml',
    create: 'pnpm create bolt-app',
    separator: '',
    minimum: '9.0.0',
  },
}

/** How a script is called: `npm test`, `npm run dev`, `pnpm dev`. */
export function scriptCommand({ run, name }: PackageManager, script: string): string {
  const short = name === 'npm' && (script === 'test' || script === 'start')
  return `${short ? 'npm' : run} ${script}`
}

/** A platform that the core has a binary for. */
export interface Target {
  /** `linux-x64-gnu`: ends the name of its package and of its folder in native-core/npm. */
  name: string
  /** As rustc calls it. */
  triple: string
  /** As in `process.platform`. */
  os: string
  /** As in `process.arch`. */
  cpu: string
  libc?: 'glibc' | 'musl'
  packageName: string
  folder: string
  /** The binary in it. */
  file: string
}

export const targets: Target[]
/** The target that this machine builds for itself; undefined where there is none. */
export function hostTarget(): Target | undefined
export function platformFields(target: Target): { os: string[]; cpu: string[]; libc?: string[] }

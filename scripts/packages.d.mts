export interface Packed {
  name: string
  version: string
  tarball: string
  integrity: string
  /** Bytes of the tarball. */
  size: number
}

export interface Package {
  folder: string
  name: string
  version: string
  private: boolean
}

export function publishable(): Package[]
export function pack(folders: string[], into: string, fields?: Record<string, unknown>): Promise<Packed[]>

interface ImportMeta {
  /** Resolved by the bundler and by Vitest: an object of modules by path. */
  glob<T>(pattern: string, options: { eager: true; import: 'default' }): Record<string, T>
}

/**
 * True for patterns that the engine's regular expressions (linear time: no look-around, no back-references) honour as JavaScript does.
 */
export function isEnginePattern(source: string): boolean {
  return !/\(\?(?!:)/.test(source) && !/\\(?:[1-9]|k<|[pPcbB])/.test(source)
}

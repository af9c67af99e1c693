/**
 * A value as it comes back from JSON: dates are ISO texts, bigints texts of their digits; of buffers what their `toJSON` gives.
 * @example Jsonified<{ at: Date; n: bigint }> // { at: string; n: string }
 */
export type Jsonified<T> = unknown extends T
  ? T
  : T extends { toJSON(): infer Json }
    ? Json
    : T extends bigint
      ? string
      : T extends readonly (infer Item)[]
        ? Jsonified<Item>[]
        : T extends object
          ? { [Key in keyof T]: Jsonified<T[Key]> }
          : T

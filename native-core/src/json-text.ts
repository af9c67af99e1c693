import { shareKind } from './kind.ts'

/** JSON that is sent as it is, made by `ctx.answer`. `Value` is the type of what it says. */
export class JsonText<Value = unknown> {
  /** The JSON. */
  readonly text: string
  /** Type of what it says; never set. */
  declare readonly value?: Value

  static {
    shareKind(JsonText, 'JsonText')
  }

  constructor(text: string) {
    this.text = text
  }

  /** What it says: part of another answer it is as good as any value. */
  toJSON(): Value {
    return JSON.parse(this.text) as Value
  }
}

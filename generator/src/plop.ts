/**
 * The only file that knows plop. Plop would write action by action, without staging, and turn errors into strings; so each generator has one custom
 * action that hands everything to our engine, and an error comes out as it went in.
 */
import nodePlop from 'node-plop'

export interface PlopGenerator<Answers extends object, Result> {
  readonly name: string
  readonly description: string
  readonly act: (answers: Answers) => Promise<Result>
}

/** Runs a generator with answers that we asked for ourselves. */
export async function runPlop<Answers extends object, Result>(
  generator: PlopGenerator<Answers, Result>,
  answers: Answers,
): Promise<Result> {
  const plop = await nodePlop()
  let outcome: { readonly value: Result } | undefined
  let failure: { readonly error: unknown } | undefined
  const { runActions } = plop.setGenerator(generator.name, {
    description: generator.description,
    prompts: [],
    actions: [
      async (given) => {
        try {
          outcome = { value: await generator.act(given as Answers) }
        } catch (error) {
          failure = { error }
          throw error
        }
        return generator.name
      },
    ],
  })
  const { failures } = await runActions(answers)
  if (failure) throw failure.error
  if (outcome === undefined) throw new Error(`plop did not run ${generator.name}: ${JSON.stringify(failures)}`)
  return outcome.value
}

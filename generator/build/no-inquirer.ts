/** Stands in the bundle for the inquirer that plop brings along. Our generators declare no prompts, so plop never asks through it. */
export default {
  registerPrompt(): never {
    throw new Error('plop has no prompts here: questions are asked by ask/prompt.ts')
  },
  prompt(): never {
    throw new Error('plop has no prompts here: questions are asked by ask/prompt.ts')
  },
}

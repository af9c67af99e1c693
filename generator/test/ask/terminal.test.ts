import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/run.ts'
import { keys, terminal } from '../support/terminal.ts'

const { enter, escape: esc, left, down, up, ctrlC } = keys

async function answersIn(folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path.join(folder, '.bolt/project.json'), 'utf8')).answers
}

/** Everything in a folder but what the shell environment of the test makes. */
async function entries(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((entry) => entry !== '.home')
}

describe('questions on a terminal', () => {
  it('take defaults with Enter, show progress, and end in a review', async () => {
    const cwd = await temporaryFolder()
    const screen = terminal(['--no-install', '--no-git'], cwd)
    await screen.until('(1/6) Start from')
    await screen.until('❯ api')
    screen.press(enter)
    await screen.until('(2/')
    await screen.until('Project name (my-app)')
    screen.press('shop', enter)
    await screen.until('Description')
    screen.press(enter)
    await screen.until('Author')
    screen.press('Ann', enter)
    await screen.until('Licence')
    screen.press(down, enter)
    await screen.until('Package manager')
    screen.press(enter)
    await screen.until('Review')
    await screen.until('Create the project')
    screen.press(enter)
    expect(await screen.ended).toBe(0)
    expect(await answersIn(path.join(cwd, 'shop'))).toMatchObject({
      name: 'shop',
      author: 'Ann',
      license: 'MIT',
      database: 'postgres',
    })
  })

  it('go back with Esc and ←, offering the answer given before', async () => {
    const cwd = await temporaryFolder()
    const screen = terminal(['--blueprint', 'minimal', '--no-install', '--no-git'], cwd)
    await screen.until('Project name (my-app)')
    screen.press('first', enter)
    await screen.until('Description')
    screen.press(esc)
    await screen.until('Project name (first)')
    screen.press('second', enter)
    await screen.until('Description')
    screen.press(enter)
    await screen.until('Author')
    screen.press(enter)
    await screen.until('Licence')
    screen.press(down, down, enter)
    await screen.until('Package manager')
    screen.press(left)
    await screen.until('❯ BSD-3-Clause')
    screen.press(up, enter)
    await screen.until('Package manager')
    screen.press(enter)
    await screen.until('Review')
    screen.press(esc)
    await screen.until('Package manager')
    screen.press(enter)
    await screen.until('Create the project')
    screen.press(enter)
    expect(await screen.ended).toBe(0)
    expect(await answersIn(path.join(cwd, 'second'))).toMatchObject({ name: 'second', license: 'MIT' })
  })

  it('can be changed on the review screen, forbidden choices being disabled with their reason', async () => {
    const cwd = await temporaryFolder()
    const flags = [
      '--blueprint',
      'minimal',
      '--author',
      '',
      '--license',
      'MIT',
      '--package-manager',
      'npm',
      '--description',
      'x',
      '--no-install',
      '--no-git',
    ]
    const screen = terminal(['shop', ...flags], cwd)
    await screen.until('Review')
    await screen.until('Create the project')
    screen.press('Sign-in')
    await screen.until('❯ Sign-in')
    screen.press(enter)
    await screen.until('sign-in keeps its users and sessions in a database')
    screen.press(esc)
    await screen.until('Create the project')
    screen.press('Tokens')
    await screen.until('❯ Tokens')
    screen.press(enter)
    await screen.until('❯ none')
    screen.press(up, enter)
    await screen.until('Review')
    await screen.until('jwt')
    screen.press(enter)
    expect(await screen.ended).toBe(0)
    expect(await answersIn(path.join(cwd, 'shop'))).toMatchObject({ tokens: 'jwt', auth: 'none' })
  })

  it.each([
    ['at the first question', []],
    ['in a text', [enter]],
    ['at a later choice', [enter, 'shop\r', enter, enter]],
  ])('leave nothing on disk after Ctrl-C %s', async (_where, input) => {
    const cwd = await temporaryFolder()
    const screen = terminal([], cwd)
    for (const [index, each] of input.entries()) {
      await screen.until(`(${index + 1}/`)
      screen.press(each)
    }
    await screen.until(`(${input.length + 1}/`)
    screen.press(ctrlC)
    expect(await screen.ended).toBe(130)
    expect(screen.text).toContain('✗ Cancelled; nothing was written.')
    expect(await entries(cwd)).toEqual([])
  })

  it.each([
    ['that comes with it', enter + ctrlC],
    ['a moment after it', enter, ctrlC],
  ])('leave nothing on disk after the last Enter and a Ctrl-C %s', async (_when, ...typed) => {
    const cwd = await temporaryFolder()
    const screen = terminal(['--blueprint', 'minimal', '--no-install', '--no-git'], cwd)
    for (let question = 1; question <= 5; question += 1) {
      await screen.until(`(${question}/5)`)
      screen.press(enter)
    }
    await screen.until('❯ Create the project')
    for (const keys of typed) screen.press(keys)
    expect(await screen.ended).toBe(130)
    expect(await entries(cwd)).toEqual([])
  })

  it('say what is wrong with a name and keep it for correction', async () => {
    const cwd = await temporaryFolder()
    const screen = terminal(['--blueprint', 'minimal'], cwd)
    await screen.until('Project name')
    screen.press('My App', enter)
    await screen.until('it contains a space')
    screen.press(ctrlC)
    expect(await screen.ended).toBe(130)
  })

  it('have no colour with NO_COLOR', async () => {
    const cwd = await temporaryFolder()
    const screen = terminal([], cwd, { NO_COLOR: '1' })
    await screen.until('(1/')
    screen.press(ctrlC)
    await screen.ended
    expect(screen.raw.split('\u001b[').filter((part) => /^[0-9;]*m/.test(part))).toEqual([])
  })
})

describe('a folder that is not free, on a terminal', () => {
  it('is asked for again when it has files in it', async () => {
    const cwd = await temporaryFolder()
    await mkdir(path.join(cwd, 'shop'))
    await writeFile(path.join(cwd, 'shop/keep.txt'), 'mine')
    const flags = [
      '--author',
      '',
      '--license',
      'MIT',
      '--package-manager',
      'npm',
      '--description',
      'x',
      '--no-install',
      '--no-git',
    ]
    const screen = terminal(['shop', '--blueprint', 'minimal', ...flags], cwd)
    await screen.until('is not empty. Nothing is ever overwritten.')
    await screen.until('Another folder (shop-2)')
    screen.press(enter)
    await screen.until('Create the project')
    screen.press(enter)
    expect(await screen.ended).toBe(0)
    expect(await answersIn(path.join(cwd, 'shop-2'))).toMatchObject({ name: 'shop-2' })
    expect(await readdir(path.join(cwd, 'shop'))).toEqual(['keep.txt'])
  })

  it('offers the upgrade when it holds a project', async () => {
    const cwd = await temporaryFolder()
    await terminal(['shop', '--yes', '--no-install', '--blueprint', 'minimal'], cwd).ended
    const yes = terminal(['shop'], cwd)
    await yes.until('shop holds a project already. Upgrade it to')
    yes.press(enter)
    expect(await yes.ended).toBe(0)
    const no = terminal(['shop'], cwd)
    await no.until('holds a project already')
    no.press('n', enter)
    expect(await no.ended).toBe(2)
    expect(no.text).toContain('npx bolt upgrade')
  })
})

import { describe, expect, it } from 'vitest'
import { renderTemplate } from '../src/render.ts'
import { thrownBy } from './support/answers.ts'

const render = (text: string, context: Record<string, unknown> = {}, slots: Record<string, string[]> = {}) =>
  renderTemplate(text, context, slots, 'x.hbs')

describe('renderTemplate', () => {
  it('fills in values without escaping', () => {
    expect(render('a {{name}} {{pm.run}}', { name: `<b> & "c" 'd'`, pm: { run: 'npm run' } })).toBe(
      `a <b> & "c" 'd' npm run`,
    )
  })

  it('does not read a value as a template again', () => {
    expect(render('{{name}}', { name: '{{version}} ${x} {{slots.a}}' })).toBe('{{version}} ${x} {{slots.a}}')
  })

  it.each([
    ['{{nmae}}', 'x.hbs names nmae, which does not exist.'],
    ['{{#if nmae}}a{{/if}}', 'x.hbs names nmae, which does not exist.'],
    ['{{#unless nmae}}a{{/unless}}', 'x.hbs names nmae, which does not exist.'],
    ['{{pm.rnu}}', 'x.hbs names pm.rnu, which does not exist.'],
    ['{{#if (eq nmae "x")}}a{{/if}}', 'x.hbs names nmae, which does not exist.'],
    ['{{#if constructor}}a{{/if}}', 'x.hbs names constructor, which does not exist.'],
    ['{{#if}}', 'x.hbs cannot be rendered.'],
  ])('refuses %s', (text, message) => {
    expect(thrownBy(() => render(text, { name: 'a', pm: { run: 'x' } }))).toMatchObject({
      code: 'template-invalid',
      message,
    })
  })

  it('takes null for an option that was not asked', () => {
    expect(render('{{#if docker}}a{{else}}b{{/if}}', { docker: null })).toBe('b')
  })

  it('compares with eq', () => {
    expect(render('{{#if (eq pm "pnpm")}}p{{else}}n{{/if}}', { pm: 'pnpm' })).toBe('p')
  })

  it('puts lines into a slot with its indentation', () => {
    expect(render('a\n  {{slots.routes}}\nb\n', {}, { routes: ['x {', '  y', '', '}'] })).toBe(
      'a\n  x {\n    y\n\n  }\nb\n',
    )
  })

  it('leaves no line for a slot that nobody fills', () => {
    expect(render('a\n  {{slots.routes}}\nb\n')).toBe('a\nb\n')
  })

  it('does not read lines of a slot as templates', () => {
    expect(render('{{slots.a}}\n', {}, { a: ['{{name}}'] })).toBe('{{name}}\n')
  })
})

/** Vitest reporter for `npm test`: writes what ran, and each skip with its reason, to the file BOLT_TEST_REPORT names. */
import { writeFileSync } from 'node:fs'

export default class Report {
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failed: unhandledErrors.length, skipped: [] }
    for (const module of modules) {
      if (module.errors().length > 0) report.failed += 1
      for (const test of module.children.allTests()) count(report, module, test)
    }
    writeFileSync(process.env.BOLT_TEST_REPORT, JSON.stringify(report))
  }
}

function count(report, module, test) {
  const { state, note } = test.result()
  if (state === 'passed') report.passed += 1
  else if (state === 'skipped') report.skipped.push(skip(module, test, note))
  else report.failed += 1
}

/** The reason is what `skip(reason)` was given, else what the title says: `title [skipped: reason]`. */
function skip(module, test, note) {
  const [, title, inTitle] = test.fullName.match(/^(.*?)(?: \[skipped: (.*)\])?$/s)
  return { test: `${module.relativeModuleId} › ${title}`, why: note ?? inTitle ?? 'no reason given' }
}

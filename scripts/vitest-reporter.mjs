/** Vitest reporter for `npm test`: writes how many passed, what failed, and each skip with its reason, to the file BOLT_TEST_REPORT names. */
import { writeFileSync } from 'node:fs'
import { NO_REASON } from './skips.mjs'

export default class Report {
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failed: 0, failures: [], skipped: [] }
    for (const error of unhandledErrors) fail(report, `an error outside of tests: ${error.message}`)
    for (const module of modules) {
      if (module.errors().length > 0) fail(report, module.relativeModuleId)
      for (const test of module.children.allTests()) count(report, module, test)
    }
    writeFileSync(process.env.BOLT_TEST_REPORT, JSON.stringify(report))
  }
}

function count(report, module, test) {
  const { state, note } = test.result()
  if (state === 'passed') report.passed += 1
  else if (state === 'skipped') report.skipped.push(skip(module, test, note))
  else fail(report, `${module.relativeModuleId} › ${test.fullName}`)
}

function fail(report, what) {
  report.failed += 1
  report.failures.push(what)
}

/** The reason is what `skip(reason)` was given, else what the title of the test or of what it belongs to says: `title [skipped: reason]`. */
function skip(module, test, note) {
  const inTitle = test.fullName.match(/ \[skipped: (.*?)\]/s)
  const title = test.fullName.replace(inTitle?.[0] ?? '', '')
  return { test: `${module.relativeModuleId} › ${title}`, why: note ?? inTitle?.[1] ?? NO_REASON }
}

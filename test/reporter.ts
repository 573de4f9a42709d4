// Ends a test run with one plain line, `N passed, N failed, N skipped`, and tells why what was skipped was skipped.
import type { Reporter, TestModule } from 'vitest/node'

export default class PlainLineReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    let passed = 0
    let failed = unhandledErrors.length
    let skipped = 0
    const skips: string[] = []
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) failed += module.errors().length
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') passed++
        else if (result.state === 'skipped') {
          skipped++
          skips.push(`skipped: ${test.fullName}${result.note ? ` (${result.note})` : ''}`)
        } else failed++
      }
    }
    for (const line of skips) console.log(line)
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  }
}

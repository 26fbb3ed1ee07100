import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { Counts } from './context.js';

const { EVENT_RUN_END, EVENT_SUITE_END, EVENT_TEST_FAIL } = Mocha.Runner.constants;

/**
 * Says one line a suite, each failure at once and again in full at the end, and writes the counts
 * to the file named by the reporter option `output`. Mocha wants reporters as default exports.
 */
export default class CountsReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { output } = options.reporterOptions as { output: string };
    let started = Date.now();
    runner.on(EVENT_TEST_FAIL, (test) => console.log(`  FAILED ${test.fullTitle()}`));
    runner.on(EVENT_SUITE_END, (suite) => {
      if (suite.title === '' || suite.fullTitle() !== suite.title) return;
      console.log(`  ${suite.title} (${Date.now() - started} ms)`);
      started = Date.now();
    });
    runner.on(EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      const counts: Counts = { passed: passes, failed: failures, skipped: pending };
      writeFileSync(output, JSON.stringify(counts));
      this.epilogue();
    });
  }
}

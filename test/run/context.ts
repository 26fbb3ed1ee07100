/** What every stage is given. */
export interface Context {
  /** The project's folder. */
  root: string;
  /** The folder of the compiled project: `<out>/src`, `<out>/test`. */
  out: string;
  /** A folder that is removed after the run. */
  scratch: string;
  env: NodeJS.ProcessEnv;
  /** In CI nothing may be skipped. */
  ci: boolean;
  say(line: string): void;
}

/** What became of the tests of a stage; a stage without tests that went wrong has failed once. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(left: Counts, right: Counts): Counts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** The line that ends a run, in the form that CI reads. */
export function summaryLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

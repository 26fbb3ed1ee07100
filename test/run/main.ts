import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endAll } from './command.js';
import { summaryLine, type Context } from './context.js';
import { clearCoverage } from './coverage.js';
import { stageEnvironment } from './environment.js';
import { runStages } from './run-stages.js';
import { selectStages } from './stages.js';

const OUT = resolve(import.meta.dirname, '../..');
const ROOT = resolve(OUT, '../..');

/** `main.js [profile or stage…]`: runs the project's checks; `all` when nothing is named. */
async function main(names: readonly string[]): Promise<void> {
  const stages = selectStages(names.length > 0 ? names : ['all']);
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'piton-run-'));
  // Tests become another user, who must get into the folders that they made.
  chmodSync(scratch, 0o711);
  for (const name of ['home', 'tmp']) mkdirSync(join(scratch, name), { mode: 0o711 });
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      endAll();
      process.exit(130);
    });
  }
  const context: Context = {
    root: ROOT,
    out: OUT,
    scratch,
    env: stageEnvironment(process.env, scratch),
    ci: process.env['CI'] === 'true',
    say: (line) => console.log(line),
  };
  await clearCoverage(context);
  const counts = await runStages(stages, context);
  console.log(summaryLine(counts));
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

await main(process.argv.slice(2));

import { addCounts, NOTHING, type Context, type Counts } from './context.js';
import { providePrograms } from './programs.js';
import type { Stage } from './stages.js';

/** Runs stages in order, with the time each one took, and stops at the first that fails. */
export async function runStages(stages: readonly Stage[], context: Context): Promise<Counts> {
  let total = NOTHING;
  for (const stage of stages) {
    context.say(`== ${stage.name}`);
    const started = performance.now();
    const counts = await runStage(stage, context);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    total = addCounts(total, counts);
    context.say(`== ${stage.name} ${counts.failed === 0 ? 'done' : 'FAILED'} after ${seconds} s\n`);
    if (counts.failed > 0) break;
  }
  return total;
}

/** Without its programs a stage is skipped, which in CI is a failure. */
async function runStage(stage: Stage, context: Context): Promise<Counts> {
  if (await providePrograms(context, stage.needs)) return stage.run(context);
  return { passed: 0, failed: context.ci ? 1 : 0, skipped: 1 };
}

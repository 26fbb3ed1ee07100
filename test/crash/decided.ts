import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPiton } from './piton.js';
import { makeWorkspace } from './workspace.js';

/** A workspace in which a decision was carried out, with artifacts that no checkpoint holds. */
export function makeDecided(): string {
  const root = makeWorkspace();
  appendFileSync(join(root, '.gitignore'), 'out/\n');
  const about = ['--question', 'q', '--choice', 'c', '--artifact', 'out'];
  runPiton(root, 'plan', 'decision', 'add', 'crash', ...about);
  mkdirSync(join(root, 'out/deep'), { recursive: true });
  writeFileSync(join(root, 'out/a.js'), 'compiled\n');
  writeFileSync(join(root, 'out/deep/b.js'), 'compiled too\n', { mode: 0o600 });
  writeFileSync(join(root, 'edited.txt'), 'third\n');
  writeFileSync(join(root, 'brand-new.txt'), 'new\n');
  return root;
}

/** The one decision that was taken in a workspace. */
export function decisionIn(root: string): string {
  const folder = join(root, '.git/piton/plans');
  for (const name of readdirSync(folder)) {
    const [, decision] =
      /"decision_id":\s*"(\w+)"/.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
    if (decision !== undefined) return decision;
  }
  throw new Error(`nothing was decided in ${root}`);
}

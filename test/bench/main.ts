import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchLargeFile, LARGE_FILE } from './bench-large.js';
import { benchMany } from './bench-many.js';
import { benchOthers } from './bench-others.js';
import { GIT_PEER } from './git-peer.js';
import { benchLongRun } from './long-run.js';
import { PITON_PEER } from './piton-peer.js';
import { formatTable, machine } from './report.js';
import { benchCommands, benchSize, REAL_TREE, syntheticTree } from './run-bench.js';

const ROOT = resolve(import.meta.dirname, '../../../..');

const ABOUT = `# Benchmarks

piton beside the same work done by plain git. All numbers come from one run, in which the two take
turns; each is the median of several rounds, with files in the cache. What counts is the ratio:
below 1, piton is faster. The run's own work makes a load average of two or three; with more, other
programs took their part, and all times are longer than they need be.

- **piton** is the library, called in a process that is already running, with its defaults.
- **git** is what a careful script does, with an index of its own that stays warm: \`add -A\`,
  \`write-tree\`, \`commit-tree\`, \`update-ref\`; for a rollback all these first, and then
  \`read-tree --reset -u\`. It does not survive a crash in the middle, as piton's rollback does.
- With a watch running, \`piton.residentScan\` is set and \`piton watch\` runs in a process of its
  own; git has nothing of the kind here. What the watch itself does is in the time that passes, and
  not in that of processors.
- The files are text, 4 KiB on average, but for those of the real tree. They lie in the temporary
  folder; what its file system is, the next line says. In memory, making files is cheap for git,
  which makes one for every object, and piton need not wait until what it promised would survive a
  power cut.

Made by \`npm run bench -- --write\`; \`npm run bench -- --quick\` takes about two minutes, and
\`npm run bench -- --cpu\` counts
the time of processors, for machines that have other things to do;
\`npm run bench -- --long 5000 --write\` makes the part about a long run. Where the time goes is
written by hand.
`;

/** What stands from here on in the document is written by hand, up to the long run. */
const NOTES = '## Where the time goes';
/** What stands from here on in the document comes from a run of its own. */
const LONG_RUN = '## A long run';
const DOCUMENT = join(ROOT, 'docs/BENCHMARKS.md');

/** The document before a heading, and from there on. */
function documentParts(heading: string): [before: string, after: string] {
  const text = readFileSync(DOCUMENT, 'utf8');
  const at = text.indexOf(heading);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}

function madeOn(): string {
  return `${new Date().toISOString().slice(0, 10)}; ${machine()}`;
}

async function longRun(checkpoints: number, isWritten: boolean): Promise<void> {
  const text = `${LONG_RUN}\n\n${await benchLongRun(checkpoints, madeOn(), console.error)}`;
  console.log(text);
  if (isWritten) writeFileSync(DOCUMENT, `${documentParts(LONG_RUN)[0].trimEnd()}\n\n${text}`);
}

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      files: { type: 'string', multiple: true },
      only: { type: 'string', default: '' },
      cpu: { type: 'boolean', default: false },
      long: { type: 'string' },
    },
  });
  const { quick, only, cpu } = values;
  if (values.long !== undefined) {
    await longRun(Number(values.long), values.write);
    return;
  }
  const rounds = quick ? 3 : 7;
  const all = quick ? ['1000', '4000'] : ['1000', '10000', '100000', 'real'];
  const trees = (values.files ?? all).map((files) =>
    files === 'real' ? REAL_TREE : syntheticTree(Number(files)),
  );
  const say = (line: string): void => console.error(line);
  const peers = [PITON_PEER, GIT_PEER];
  const tables: string[] = [];
  let load = 0;
  for (const tree of trees) {
    tables.push(formatTable(await benchSize({ peers, tree, rounds, only, quick, cpu, say })));
    load = Math.max(load, loadavg()[0] ?? 0);
  }
  if (!quick && LARGE_FILE.includes(only)) tables.push(formatTable(await benchLargeFile(peers)));
  if (only === '') {
    const program = join(ROOT, 'bin/piton.js');
    tables.push(formatTable(await benchCommands(program, 2 * rounds + 1)));
    tables.push(formatTable(await benchMany(program, quick ? 50 : 1_000, 2 * rounds + 1)));
    const others = await benchOthers(quick ? 1_000 : 10_000, quick ? 3 : 5, say);
    tables.push(formatTable(others));
  }
  const busy = `load average up to ${load.toFixed(0)}`;
  const what = cpu ? '; processor time of all threads and processes, not time passed' : '';
  const numbers = `${madeOn()}; ${busy}${what}.\n\n${tables.join('\n')}`;
  console.log(numbers);
  if (values.write) {
    writeFileSync(DOCUMENT, `${ABOUT}\n${numbers}\n${documentParts(NOTES)[1]}`.trimEnd() + '\n');
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Temporary folders are removed at the exit, which a signal would leave out.
  process.on(signal, () => process.exit(130));
}
await main(process.argv.slice(2));

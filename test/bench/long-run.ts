import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { openWorkspace } from '../../src/index.js';
import { TEST_HOME } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { filesBelow, medianOf } from './measure.js';
import { formatTable, mebibytes, milliseconds } from './report.js';
import { SyntheticTree } from './tree.js';

const FILES = 1_000;
const CHANGED = 10;
const STEP_MS = 20 * 60_000;
const SAMPLES = 20;
const WIDTH = 40;

/** What the run is like after so many checkpoints. */
interface Sample {
  taken: number;
  kept: number;
  /** Of the median checkpoint since the last sample. */
  milliseconds: number;
  /** Of the processor, all threads, likewise: what other programs on the machine do not change. */
  cpuMilliseconds: number;
  /** Of the git dir, after garbage was collected. */
  bytes: number;
  collectMilliseconds: number;
}

/** Time goes by for files, too, or git would take all of them for new. */
function age(folder: string, milliseconds: number): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const then = new Date(statSync(path).mtimeMs - milliseconds);
    utimesSync(path, then, then);
  }
}

interface Duration {
  elapsed: number;
  /** Of this process; none of the programs it starts. */
  cpu: number;
}

async function timed(work: () => Promise<unknown>): Promise<Duration> {
  const start = performance.now();
  const used = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(used);
  return { elapsed: performance.now() - start, cpu: (user + system) / 1_000 };
}

async function sampleRun(
  checkpoints: number,
  say: (line: string) => void,
): Promise<readonly Sample[]> {
  const tree = SyntheticTree.write(join(tempDirectory(), 'tree'), FILES);
  const { root } = tree;
  const clock = { time: Date.now(), now: () => clock.time };
  const searchPath = process.env['PATH'];
  const options = { directory: root, home: TEST_HOME, systemConfig: null, searchPath, clock };
  const workspace = await openWorkspace(options);
  const samples: Sample[] = [];
  const every = Math.ceil(checkpoints / SAMPLES);
  let times: Duration[] = [];
  for (let taken = 1; taken <= checkpoints; taken++) {
    clock.time += STEP_MS;
    tree.replace(CHANGED);
    times.push(await timed(() => workspace.createCheckpoint()));
    if (taken % every !== 0) continue;
    age(join(root, '.git/objects'), every * STEP_MS);
    const { elapsed: collectMilliseconds } = await timed(() => workspace.gc());
    const { checkpoints: kept } = await workspace.listCheckpoints({ limit: checkpoints });
    samples.push({
      ...{ taken, kept: kept.length, collectMilliseconds },
      milliseconds: medianOf(times.map(({ elapsed }) => elapsed)),
      cpuMilliseconds: medianOf(times.map(({ cpu }) => cpu)),
      bytes: filesBelow(join(root, '.git')).bytes,
    });
    say(JSON.stringify(samples.at(-1)));
    times = [];
  }
  await workspace.close();
  return samples;
}

const cpuOf = ({ cpuMilliseconds }: Sample): number => cpuMilliseconds;

/** A line for each sample, as long as its value beside the largest. */
function plot(
  title: string,
  samples: readonly Sample[],
  valueOf: (sample: Sample) => number,
  show: (value: number) => string,
): string {
  const largest = Math.max(...samples.map(valueOf));
  const lines = samples.map((sample) => {
    const value = valueOf(sample);
    const bar = '#'.repeat(Math.round((value / largest) * WIDTH));
    return `${String(sample.taken).padStart(6)} ${bar.padEnd(WIDTH)} ${show(value)}`;
  });
  return `${title}\n\n${lines.join('\n')}\n`;
}

/**
 * Many checkpoints of one tree under the default policy, twenty simulated minutes apart, garbage
 * collected now and then: what a checkpoint takes, and what the repository is like meanwhile.
 */
export async function benchLongRun(
  checkpoints: number,
  madeOn: string,
  say: (line: string) => void,
): Promise<string> {
  const samples = await sampleRun(checkpoints, say);
  const count = (value: number): string => value.toLocaleString('en');
  const table = formatTable({
    title: 'numbers',
    header: ['taken', 'kept', 'one checkpoint', 'of the processor', 'git dir after gc', 'gc'],
    rows: samples.map((sample) => [
      count(sample.taken),
      count(sample.kept),
      milliseconds(sample.milliseconds),
      milliseconds(sample.cpuMilliseconds),
      mebibytes(sample.bytes),
      milliseconds(sample.collectMilliseconds),
    ]),
  });
  const days = Math.round((checkpoints * STEP_MS) / 86_400_000);
  return [
    `${madeOn}.\n`,
    [
      `${count(checkpoints)} checkpoints of a tree of ${count(FILES)} files,`,
      `${CHANGED} of which get new contents each time, by the library.`,
      `A clock moved by hand puts ${STEP_MS / 60_000} minutes between them,`,
      `${days} days in all, and objects age with it.`,
      `The default policy is applied to each; \`gc\` is run ${SAMPLES} times.`,
      'What is kept grows until the first checkpoints are seven days old,',
      'the git dir until what they left is two weeks older.',
      'Time of the processor is that of all threads of piton:',
      'other programs on the machine do not lengthen it, as they do all other times here.\n',
    ].join(' '),
    table.replace(/^## .*\n\n/, ''),
    '```text',
    plot('one checkpoint, of the processor (median)', samples, cpuOf, milliseconds),
    plot('git dir after gc', samples, (one) => one.bytes, mebibytes).trimEnd(),
    '```\n',
  ].join('\n');
}

import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { race, startScript, stop, succeeds } from './race.js';

const FILES = 12;
const FIRST = '0000000\n'.repeat(2_048);
const names = Array.from({ length: FILES }, (_, at) => `file-${at}`);

function makeWorkspace(): string {
  const root = makeRepository();
  mkdirSync(join(root, 'live'));
  writeFileSync(join(root, '.gitignore'), '*.new\n');
  for (const name of names) writeFileSync(join(root, 'live', name), FIRST);
  return root;
}

function checkpointOf(data: Record<string, unknown>): { commit: string; ref: string } {
  return data['checkpoint'] as { commit: string; ref: string };
}

/** Each version has its number on every line, and the size that all have. */
function isWhole(contents: string): boolean {
  return contents.length === FIRST.length && new Set(contents.trim().split('\n')).size === 1;
}

/** Versions that were half written for so long that they may be taken for whole. */
function lateVersions(log: string): string[] {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const begun = lines.at(-1)?.split(' ') ?? [];
  const late = lines.filter((line) => line.endsWith(' late')).map((line) => line.split(' ')[1]);
  const last = lines
    .map((line) => Number(line.split(' ')[1] ?? 0))
    .reduce((a, b) => Math.max(a, b));
  if (begun.length === 1) late.push(String(last + 1).padStart(7, '0'));
  return late.flatMap((version) => version ?? []);
}

function blob(root: string, commit: string, path: string): string {
  const shown = tryGit(root, ['cat-file', 'blob', `${commit}:${path}`]);
  return shown.status === 0 ? shown.stdout.toString() : '';
}

/** The newest version of each file, but for one that the writer itself was just overwriting. */
function newestVersions(log: string): Map<string, string> {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const newest = new Map(lines.map((line) => line.split(' ') as [string, string | undefined]));
  return new Map([...newest].flatMap(([name, number]) => (number ? [[name, number]] : [])));
}

function contentsBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

/** What a writer had written when a rollback was over, and the checkpoint that goes with it. */
interface Written {
  versions: Map<string, string>;
  safety: string;
}

function holds(contents: string, number: string): boolean {
  return `\n${contents}`.includes(`\n${number}\n`);
}

/** Without the versions that nobody has overwritten. */
function overwritten(root: string, { versions, safety }: Written): Written {
  const isLive = ([name, number]: [string, string]): boolean => {
    const path = join(root, 'live', name);
    return existsSync(path) && holds(readFileSync(path, 'utf8'), number);
  };
  return { versions: new Map([...versions].filter((one) => !isLive(one))), safety };
}

/** Versions that are neither in the safety checkpoint nor in the trash. */
function lostVersions(root: string, { versions, safety }: Written): string[] {
  const trash = contentsBelow(join(root, '.git/piton/trash'));
  return [...versions].flatMap(([name, number]) => {
    const places = [blob(root, safety, `live/${name}`), ...trash];
    return places.some((contents) => holds(contents, number)) ? [] : [`${name} ${number}`];
  });
}

describe('writers at work', function () {
  this.timeout(4 * 60_000);

  it('a checkpoint is never a mix of two versions of a file', async () => {
    const root = makeWorkspace();
    await succeeds(root, 'checkpoint');
    const log = join(tempDirectory(), 'log');
    const writer = await startScript('writer', join(root, 'live'), log, String(FILES));
    const captured = new Set<string>();
    await race({ short: 3, long: 10 }, async () => {
      const data = await succeeds(root, 'checkpoint', '--always');
      const left = data['not_captured'] as { path: string; reason: string }[];
      const unstable = left.map(({ path }) => path);
      for (const { reason } of left) expect(reason).to.equal('unstable');
      const { commit } = checkpointOf(data);
      for (const path of names.map((name) => `live/${name}`)) {
        if (unstable.includes(path)) continue;
        captured.add(blob(root, commit, path));
      }
    });
    await stop(writer);
    expect(captured.size).to.be.greaterThan(2);
    const late = lateVersions(log);
    const isExcused = (contents: string): boolean =>
      contents === '' || late.includes(contents.slice(0, 7));
    const mixed = [...captured].filter((contents) => !isWhole(contents) && !isExcused(contents));
    expect(mixed.map((contents) => contents.slice(0, 8))).to.deep.equal([]);
    assertFsckClean(root);
  });

  it('what a rollback overwrites is in the safety checkpoint or in the trash', async () => {
    const root = makeWorkspace();
    await succeeds(root, 'checkpoint', '--name', 'base');
    const log = join(tempDirectory(), 'log');
    const all: Written[] = [];
    let first = 1;
    await race({ short: 4, long: 10 }, async () => {
      const arguments_ = [join(root, 'live'), log, String(FILES), String(first)];
      const writer = await startScript('writer', ...arguments_);
      const { plan_id: plan, safety_checkpoint_id: id } = await succeeds(root, 'rollback', 'base');
      await stop(writer);
      const safety = `refs/piton/checkpoint/${String(plan)}/${String(id)}`;
      const versions = newestVersions(log);
      const written = overwritten(root, { versions, safety });
      expect(lostVersions(root, written)).to.deep.equal([]);
      all.push(written);
      first = Math.max(...[...versions.values()].map(Number)) + FILES;
    });
    await succeeds(root, 'rollback', 'base');
    for (const name of names) {
      expect(readFileSync(join(root, 'live', name), 'utf8')).to.equal(FIRST);
    }
    // Later rollbacks have swept the trash of earlier ones.
    for (const written of all) expect(lostVersions(root, written)).to.deep.equal([]);
    assertFsckClean(root);
  });
});

import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFsckClean, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { piton, race, startScript, stop, succeeds } from './race.js';

const FILES = 12;
const names = Array.from({ length: FILES }, (_, at) => `file-${at}`);

function makeWorkspace(): string {
  const root = makeRepository();
  mkdirSync(join(root, 'live'));
  writeFileSync(join(root, '.gitignore'), '*.new\n');
  for (const name of names) writeFileSync(join(root, 'live', name), '0\n'.repeat(8_192));
  return root;
}

function checkpointOf(data: Record<string, unknown>): { commit: string; ref: string } {
  return data['checkpoint'] as { commit: string; ref: string };
}

/** Each version has its number on every line. */
function isMixed(contents: string): boolean {
  return new Set(contents.split('\n').filter((line) => line !== '')).size > 1;
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

/** Versions that are neither in the worktree, nor in the safety checkpoint, nor in the trash. */
function lostVersions(root: string, log: string, safety: string): string[] {
  const trash = contentsBelow(join(root, '.git/piton/trash'));
  return [...newestVersions(log)].flatMap(([name, number]) => {
    const path = `live/${name}`;
    const now = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
    const places = [now, blob(root, safety, path), ...trash];
    const isThere = places.some((contents) => `\n${contents}`.includes(`\n${number}\n`));
    return isThere ? [] : [`${name} ${number}`];
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
        const contents = blob(root, commit, path);
        expect(isMixed(contents), path).to.equal(false);
        captured.add(contents);
      }
    });
    await stop(writer);
    expect(captured.size).to.be.greaterThan(2);
    assertFsckClean(root);
  });

  it('what a rollback overwrites is in the safety checkpoint or in the trash', async () => {
    const root = makeWorkspace();
    await succeeds(root, 'checkpoint', '--name', 'base');
    const log = join(tempDirectory(), 'log');
    let first = 1;
    await race({ short: 4, long: 10 }, async () => {
      const arguments_ = [join(root, 'live'), log, String(FILES), String(first)];
      const writer = await startScript('writer', ...arguments_);
      const { code, document } = await piton(root, 'rollback', 'base');
      await stop(writer);
      expect(code, JSON.stringify(document)).to.equal(0);
      const safety = `refs/piton/checkpoint/${String(document.data?.['plan_id'])}/`;
      const lost = lostVersions(
        root,
        log,
        safety + String(document.data?.['safety_checkpoint_id']),
      );
      expect(lost).to.deep.equal([]);
      first = Math.max(...[...newestVersions(log).values()].map(Number)) + FILES;
    });
    await succeeds(root, 'rollback', 'base');
    for (const name of names) {
      expect(readFileSync(join(root, 'live', name), 'utf8')).to.equal('0\n'.repeat(8_192));
    }
    assertFsckClean(root);
  });
});

import { expect } from 'chai';
import { execFile } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EXIT_CODE_BY_ERROR, type ErrorCode } from '../../src/core/errors.js';
import { assertFsckClean, git, makeRepository, TEST_ENV, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { piton, race, startScript, stop, type End } from './race.js';

const FILES = 12;
const names = Array.from({ length: FILES }, (_, at) => `file-${at}`);
const run = promisify(execFile);

function makeWorkspace(): string {
  const root = makeRepository();
  mkdirSync(join(root, 'live'));
  writeFileSync(join(root, '.gitignore'), '*.new\n');
  for (const name of names) writeFileSync(join(root, 'live', name), '0\n'.repeat(8_192));
  return root;
}

async function succeeds(
  root: string,
  ...args: string[]
): Promise<NonNullable<End['document']['data']>> {
  const { code, document } = await piton(root, ...args);
  expect(code, JSON.stringify(document)).to.equal(0);
  return document.data ?? {};
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
    const rounds = await race({ short: 3, long: 10 }, async () => {
      const data = await succeeds(root, 'checkpoint', '--always');
      const left = data['not_captured'] as { path: string; reason: string }[];
      const unstable = left.map(({ path }) => path);
      for (const { reason } of left) expect(reason).to.equal('unstable');
      const { commit } = checkpointOf(data);
      const mixed = names
        .map((name) => `live/${name}`)
        .filter((path) => !unstable.includes(path) && isMixed(blob(root, commit, path)));
      expect(mixed).to.deep.equal([]);
    });
    await stop(writer);
    expect(rounds).to.be.greaterThan(1);
    assertFsckClean(root);
  });

  it('what a rollback overwrites is in the safety checkpoint or in the trash', async () => {
    const root = makeWorkspace();
    await succeeds(root, 'checkpoint', '--name', 'base');
    const log = join(tempDirectory(), 'log');
    let first = 1;
    const rounds = await race({ short: 4, long: 10 }, async () => {
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
    expect(rounds).to.be.greaterThan(1);
    await succeeds(root, 'rollback', 'base');
    for (const name of names) {
      expect(readFileSync(join(root, 'live', name), 'utf8')).to.equal('0\n'.repeat(8_192));
    }
    assertFsckClean(root);
  });

  it('a folder that becomes a link to the outside and back: nothing there changes', async () => {
    const outside = tempDirectory();
    mkdirSync(join(outside, 'sub'));
    for (const name of ['sub/f', 'sub/g', 'h']) writeFileSync(join(outside, name), `outside\n`);
    const root = makeRepository();
    const aside = join(tempDirectory(), 'aside');
    mkdirSync(join(root, 'folder/sub'), { recursive: true });
    for (const name of ['sub/f', 'sub/g', 'h', 'i']) {
      writeFileSync(join(root, 'folder', name), `inside ${name}\n`);
    }
    await succeeds(root, 'checkpoint', '--name', 'base');
    const swapper = await startScript('swapper', join(root, 'folder'), aside, outside);
    const ends = new Map<string, number>();
    await race({ short: 4, long: 10 }, async () => {
      const { code, document } = await piton(root, 'rollback', 'base');
      const told = (document.error?.code ?? 'done') as ErrorCode | 'done';
      ends.set(told, (ends.get(told) ?? 0) + 1);
      expect(told, document.error?.message).not.to.equal('INTERNAL');
      expect(code).to.equal(told === 'done' ? 0 : EXIT_CODE_BY_ERROR[told]);
      expect(contentsBelow(outside)).to.deep.equal(Array(3).fill('outside\n'));
      expect(readdirSync(outside).sort()).to.deep.equal(['h', 'sub']);
      expect(readdirSync(join(outside, 'sub')).sort()).to.deep.equal(['f', 'g']);
    });
    await stop(swapper);
    console.log(`      ${[...ends].map(([end, times]) => `${end} ${times}`).join(', ')}`);
    putBack(join(root, 'folder'), aside);
    await succeeds(root, 'rollback', 'base');
    expect(readFileSync(join(root, 'folder/sub/f'), 'utf8')).to.equal('inside sub/f\n');
    expect(contentsBelow(outside)).to.deep.equal(Array(3).fill('outside\n'));
    assertFsckClean(root);
  });

  it('two rollbacks, twenty checkpoints, a prune and garbage collection at once', async () => {
    const root = makeWorkspace();
    await succeeds(root, 'checkpoint', '--name', 'base');
    let reversions = 0;
    const rounds = await race({ short: 1, long: 55 }, async (round) => {
      const checkpoints = Array.from({ length: 20 }, async (_, at) => {
        writeFileSync(join(root, `new-${at}`), `${round} ${at}\n`);
        return succeeds(root, 'checkpoint', '--always', '-m', `number ${at}`);
      });
      reversions += 2;
      await Promise.all([
        ...checkpoints,
        ...[1, 2].map(() => succeeds(root, 'rollback', 'base')),
        succeeds(root, 'prune', '--keep-last', '5'),
        succeeds(root, 'gc'),
        run('git', ['gc', '--quiet'], { cwd: root, env: TEST_ENV }),
      ]);
      assertFsckClean(root);
    });
    console.log(`      ${rounds} rounds`);
    await succeeds(root, 'verify', '--all');
    const refs = git(root, 'for-each-ref', '--format=%(refname)', 'refs/piton').split('\n');
    const checkpoints = refs.filter((name) => name.startsWith('refs/piton/checkpoint/'));
    expect(refs).to.have.length(2 * checkpoints.length);
    const [plan] = (await succeeds(root, 'plan', 'list'))['plans'] as Record<string, unknown>[];
    expect(plan?.['reversion_count']).to.equal(reversions);
    expect(refs.join('\n')).to.include(String(plan?.['last_checkpoint_id']));
    await succeeds(root, 'rollback', 'base');
    for (const name of names) {
      expect(readFileSync(join(root, 'live', name), 'utf8')).to.equal('0\n'.repeat(8_192));
    }
    expect(readdirSync(root).sort()).to.deep.equal(['.git', '.gitignore', 'live']);
  });
});

/** Whatever the swapper was at when it was stopped. */
function putBack(folder: string, aside: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(folder);
  if (!existsSync(folder) && existsSync(aside)) renameSync(aside, folder);
}

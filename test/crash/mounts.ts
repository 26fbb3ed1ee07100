import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDirectory } from '../helpers/temp.js';

const INSIDE = 'PITON_TEST_IN_NAMESPACE';
const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

const mounted: string[] = [];

function run(program: string, ...args: string[]): string | null {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr);
}

function mount(path: string, ...args: string[]): string {
  mkdirSync(path, { recursive: true });
  const problem = run('mount', ...args, path);
  if (problem !== null) throw new Error(`mount ${args.join(' ')} ${path}: ${problem}`);
  mounted.push(path);
  return path;
}

/** A new file system in memory; `options` as `size=1m`. */
export function mountMemory(path: string, options = 'size=64m'): string {
  return mount(path, '-t', 'tmpfs', '-o', options, 'piton-test');
}

/** Mounts a folder a second time, at another path. */
export function mountAgain(folder: string, path: string): string {
  return mount(path, '--bind', folder);
}

/** A folder as an overlay shows it whose files and folders all are in the lower layer. */
export function mountOverlay(lower: string, path: string): string {
  const upper = mountMemory(tempDirectory());
  for (const name of ['upper', 'scratch']) mkdirSync(join(upper, name));
  const layers = `lowerdir=${lower},upperdir=${upper}/upper,workdir=${upper}/scratch`;
  return mount(path, '-t', 'overlay', '-o', `${layers},redirect_dir=off`, 'piton-test');
}

export function setReadOnly(path: string, readOnly: boolean): void {
  const problem = run('mount', '-o', `remount,bind,${readOnly ? 'ro' : 'rw'}`, path);
  if (problem !== null) throw new Error(problem);
}

export function unmount(path: string): void {
  const at = mounted.lastIndexOf(path);
  if (at >= 0) mounted.splice(at, 1);
  const problem = run('umount', path);
  if (problem !== null) throw new Error(problem);
}

/** To be called after each test, or the folders could not be removed. */
export function unmountAll(): void {
  for (const path of mounted.splice(0).reverse()) run('umount', '--lazy', path);
}

let isPermitted: boolean | undefined;

function mayMount(): boolean {
  if (isPermitted !== undefined) return isPermitted;
  try {
    unmount(mountMemory(tempDirectory()));
    isPermitted = true;
  } catch {
    isPermitted = false;
  }
  return isPermitted;
}

/** Whether these tests are being run once more, in namespaces of their own. */
export function isInNamespaces(): boolean {
  return process.env[INSIDE] !== undefined;
}

/**
 * Tests that mount things. Who may not do that, such as a user or root in some containers, may
 * still do it in namespaces of his own: then this file's tests are run once more, in those.
 */
export function describeMounting(
  title: string,
  moduleUrl: string,
  define: (this: Mocha.Suite) => void,
): void {
  const file = fileURLToPath(moduleUrl);
  if (isInNamespaces() || mayMount()) {
    describe(title, define);
    return;
  }
  describe(title, () => {
    it('in namespaces of its own', function () {
      this.timeout(15 * 60_000);
      const why = run('unshare', '-rm', 'true');
      if (why !== null) {
        console.log(`      NOT TESTED: nothing can be mounted here, also in namespaces: ${why}`);
        return;
      }
      const command = [process.execPath, MOCHA, '--no-config', '--no-package', '--fail-zero', file];
      const inner = spawnSync('unshare', ['-rm', ...command], {
        cwd: dirname(dirname(MOCHA)),
        env: { ...process.env, [INSIDE]: 'yes' },
        encoding: 'utf8',
      });
      if (inner.status !== 0) throw new Error(inner.stdout + inner.stderr);
    });
  });
}

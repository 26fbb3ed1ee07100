import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../helpers/git.js';

/** What must be exactly as before or exactly as after. */
export interface Recorded {
  /** Paths with kind, permissions and contents. */
  tree: string[];
  /** The git dir but for objects, refs, reflogs and piton's own folder. */
  gitDir: string[];
  /** Name, value and tree of every ref; checkpoints by number. */
  refs: string[];
  plans: unknown[];
  currentPlan: unknown;
  /** What corrections have archived, as in `tree`; manifests as data. */
  archives: unknown[];
}

type Visit = (path: string, isFolder: boolean) => void;

/** Visits everything below a folder, in order; paths have one character a byte. */
function visit(root: string, path: string, skip: (path: string) => boolean, act: Visit): void {
  const at = (below: string): Buffer => Buffer.from(`${root}/${below}`, 'latin1');
  for (const name of readdirSync(at(path), { encoding: 'latin1' }).sort()) {
    const below = path === '' ? name : `${path}/${name}`;
    if (skip(below)) continue;
    const isFolder = lstatSync(at(below)).isDirectory();
    act(below, isFolder);
    if (isFolder) visit(root, below, skip, act);
  }
}

function describe(root: string, path: string): string {
  const at = Buffer.from(`${root}/${path}`, 'latin1');
  const stat = lstatSync(at);
  const mode = (stat.mode & 0o7777).toString(8);
  if (stat.isDirectory()) return `${path}/ ${mode}`;
  if (stat.isSymbolicLink()) return `${path} -> ${readlinkSync(at, 'latin1')}`;
  // Reading a FIFO would wait for ever.
  if (!stat.isFile()) return `${path} ${mode} special`;
  const contents = readFileSync(at);
  const shown = contents.length < 100 ? contents.toString('latin1') : digestOf(contents);
  return `${path} ${mode} ${JSON.stringify(shown)}`;
}

function digestOf(contents: Buffer): string {
  return createHash('sha256').update(contents).digest('hex');
}

function describeAll(root: string, skip: (path: string) => boolean): string[] {
  const found: string[] = [];
  visit(root, '', skip, (path) => found.push(describe(root, path)));
  return found;
}

/** Times of all files; a file that is where it was has them unchanged. */
export function fileTimes(root: string): Record<string, string> {
  const times: Record<string, string> = {};
  visit(
    root,
    '',
    (path) => path === '.git',
    (path, isFolder) => {
      const at = Buffer.from(`${root}/${path}`, 'latin1');
      if (!isFolder) times[path] = String(lstatSync(at, { bigint: true }).mtimeNs);
    },
  );
  return times;
}

const NOT_OF_GIT_DIR = /^(?:objects|refs|logs|piton|packed-refs)$/;
const REF_FORMAT =
  '%(refname)%09%(objectname)%09%(tree)%09%(contents:subject)%09%(symref)%09' +
  '%(trailers:key=Piton-Name,valueonly,separator=%2C)';
const CHECKPOINT_REF = /^refs\/piton\/(checkpoint|state)\/([^/]+)\/([^/]+)$/;
const ID = /[0-9A-HJKMNP-TV-Z]{26}/g;
const TIMES = new Set(['updated_at', 'created_at', 'at']);

/** Names ids in their order, so that two runs of the same can be compared. */
class Labels {
  readonly #labels = new Map<string, string>();

  add(kind: string, ids: readonly string[]): void {
    [...new Set(ids)].sort().forEach((id, index) => this.#labels.set(id, `${kind} ${index}`));
  }

  /** An id that nothing has any more is told as such. */
  in(text: string): string {
    return text.replace(ID, (id) => this.#labels.get(id) ?? 'unknown');
  }
}

interface Ref {
  name: string;
  line: string;
}

function readRefs(root: string): Ref[] {
  const text = git(root, 'for-each-ref', `--format=${REF_FORMAT}`);
  return text.split('\n').flatMap((line) => {
    const [name = '', oid, tree, subject, symref, given] = line.split('\t');
    if (name === '') return [];
    const own = CHECKPOINT_REF.exec(name);
    // Commits of checkpoints have times and ids in them: another run makes others.
    if (own === null) return [{ name, line: `${name} ${oid} ${symref}` }];
    return [{ name, line: own[1] === 'state' ? name : `${name} ${tree} ${subject} ${given}` }];
  });
}

function readPlans(root: string, labels: Labels): unknown[] {
  const folder = join(root, '.git/piton/plans');
  const names = existsSync(folder)
    ? readdirSync(folder).filter((one) => one.endsWith('.json'))
    : [];
  labels.add(
    'plan',
    names.map((name) => name.replace('.json', '')),
  );
  return names.map((name) => plain(readFileSync(join(folder, name), 'utf8'), labels));
}

function plain(text: string, labels: Labels): unknown {
  return JSON.parse(labels.in(text), (key, value: unknown) => (TIMES.has(key) ? 'time' : value));
}

function readCurrent(root: string, labels: Labels): unknown {
  const path = join(root, '.git/piton/workspace.json');
  return existsSync(path) ? plain(readFileSync(path, 'utf8'), labels) : null;
}

function readArchives(root: string, labels: Labels): unknown[] {
  const folder = join(root, '.git/piton/archive');
  const found: unknown[] = [];
  if (!existsSync(folder)) return found;
  visit(
    folder,
    '',
    () => false,
    (path) => {
      const isManifest = path.endsWith('/manifest.json');
      if (isManifest) found.push(plain(readFileSync(join(folder, path), 'utf8'), labels));
      // Folders of corrections are made early, and named after them.
      else if (path.split('/').length > 2) found.push(labels.in(describe(folder, path)));
    },
  );
  return found;
}

/** Everything that counts of a workspace. */
export function record(root: string): Recorded {
  const tree = describeAll(root, (path) => path === '.git');
  const isRepository = existsSync(join(root, '.git'));
  if (!isRepository) {
    return { tree, gitDir: [], refs: [], plans: [], currentPlan: null, archives: [] };
  }
  const refs = readRefs(root);
  const labels = new Labels();
  labels.add(
    'checkpoint',
    refs.flatMap(({ name }) => CHECKPOINT_REF.exec(name)?.[3] ?? []),
  );
  const plans = readPlans(root, labels);
  return {
    tree,
    gitDir: describeAll(join(root, '.git'), (path) => NOT_OF_GIT_DIR.test(path)),
    refs: refs.map(({ line }) => labels.in(line)),
    plans,
    currentPlan: readCurrent(root, labels),
    archives: readArchives(root, labels),
  };
}

const LEFTOVER = new RegExp(
  '\\.tmp-|tmp_(?:obj|pack|idx)_|/piton/journal|/pending-|\\.lock$|/lock$' +
    '|\\.dead-|newcomer|/kept$|\\.piton-',
);
const IN_STAGING = /\/piton\/staging\/./;
const IN_ARCHIVE = /^\.git\/piton\/archive(?:\/|$)/;

/** Paths that nothing should have left there. */
export function leftovers(root: string): string[] {
  const found: string[] = [];
  const look: Visit = (path, isFolder) => {
    const isEmpty = (): boolean => isFolder && readdirSync(join(root, path)).length === 0;
    if (LEFTOVER.test(`/${path}`) || IN_STAGING.test(`/${path}`)) found.push(path);
    else if (IN_ARCHIVE.test(path) && isEmpty()) found.push(path);
  };
  visit(root, '', () => false, look);
  return found;
}

/** How many objects the repository has in files of their own. */
export function looseObjects(root: string): number {
  let count = 0;
  const act: Visit = (_path, isFolder) => (count += isFolder ? 0 : 1);
  visit(join(root, '.git/objects'), '', () => false, act);
  return count;
}

export function isSame(found: Recorded, expected: Recorded): boolean {
  return JSON.stringify(found) === JSON.stringify(expected);
}

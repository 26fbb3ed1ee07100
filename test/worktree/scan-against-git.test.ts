import { expect } from 'chai';
import fc from 'fast-check';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../src/core/byte-path.js';
import { MODE } from '../../src/core/types.js';
import { readStagingArea } from '../../src/worktree/staging-area/read-staging-area.js';
import { trackedPaths } from '../../src/worktree/staging-area/tracked-paths.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { scan } from './scanning.js';

const NAME = fc.constantFrom('a', 'b', 'a.o', 'B', 'a-b', 'é', 'x y', 'q"', 'out', '.gitignore2');
const PATH = fc.array(NAME, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));

const THING = fc.record({
  path: PATH,
  kind: fc.constantFrom('file', 'executable', 'link', 'folder'),
  contents: fc.constantFrom('', 'x', 'two\r\nlines\n', '$Id$'),
  /** Added by force before anything is ignored. */
  tracked: fc.boolean(),
});

const RULE = fc.constantFrom(
  '*.o',
  'out/',
  '/a',
  'a/*',
  '!a/b',
  'b/**',
  '!*.o',
  'é',
  'x\\ y',
  '/*',
  '!/B',
);

const IGNORE_FILE = fc.record({
  folder: fc.constantFrom('', 'a', 'b', 'out'),
  rules: fc.array(RULE, { maxLength: 3 }),
});

const TREE = fc.record({
  things: fc.array(THING, { maxLength: 12 }),
  ignoreFiles: fc.array(IGNORE_FILE, { maxLength: 2 }),
  attributes: fc.constantFrom('', '* text=auto eol=crlf\n'),
});

interface Thing {
  path: string;
  kind: string;
  contents: string;
}

/** Makes a thing unless something else is in its way. */
function make(root: string, { path, kind, contents }: Thing): boolean {
  const absolute = join(root, path);
  try {
    mkdirSync(dirname(absolute), { recursive: true });
    if (existsSync(absolute)) return false;
    if (kind === 'folder') mkdirSync(absolute);
    else if (kind === 'link') symlinkSync(`to ${contents}`, absolute);
    else writeFileSync(absolute, contents);
    if (kind === 'executable') chmodSync(absolute, 0o755);
    return kind !== 'folder';
  } catch {
    return false;
  }
}

function trackedBy(root: string): string[] {
  const index = join(root, '.git/index');
  if (!existsSync(index)) return [];
  const area = readStagingArea(readFileSync(index), 'sha1');
  return [...trackedPaths(area).within(ROOT)];
}

/** What git has after adding everything: `<mode> <path>`, and ids where filters do not matter. */
function addedByGit(root: string): string[] {
  git(root, 'add', '-A');
  const listed = tryGit(root, ['ls-files', '-s', '-z']).stdout.toString('latin1');
  return listed
    .split('\0')
    .slice(0, -1)
    .map((line) => line.replace(/^(\d+) [0-9a-f]+ 0\t/, '$1 '))
    .sort();
}

describe('worktree: scan, against git', function () {
  this.timeout(120_000);

  it('captures what git would add, and what it tracks although it is ignored', async () => {
    await fc.assert(
      fc.asyncProperty(TREE, async ({ things, ignoreFiles, attributes }) => {
        const root = makeRepository();
        const made = things.filter((thing) => make(root, thing));
        const forced = made.filter(({ tracked }) => tracked).map(({ path }) => path);
        if (forced.length > 0) git(root, 'add', '-f', '--', ...forced);
        for (const { folder, rules } of ignoreFiles) {
          if (existsSync(join(root, folder, 'x')) || !existsSync(join(root, folder))) continue;
          make(root, {
            path: join(folder, '.gitignore'),
            kind: 'file',
            contents: rules.join('\n'),
          });
        }
        if (attributes !== '') writeFileSync(join(root, '.gitattributes'), attributes);
        const tracked = trackedBy(root).map((path) => Buffer.from(path, 'latin1').toString());
        const { entries } = await scan(root, { tracked });
        const captured = entries
          .filter(({ mode }) => mode !== MODE.directory)
          .map(({ path, mode }) => `${mode.toString(8)} ${path}`);
        expect(captured.sort()).to.deep.equal(addedByGit(root));
        rmSync(root, { recursive: true });
      }),
      { numRuns: 100 },
    );
  });
});

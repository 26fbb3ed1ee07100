import { expect } from 'chai';
import fc from 'fast-check';
import { asBytePath, compareBytes } from '../../src/core/byte-path.js';
import { MODE, type FileEntry, type FileMode } from '../../src/core/types.js';
import { diffEntries, pairedEntries } from '../../src/worktree/diff.js';

function entry(path: string, mode: FileMode = MODE.file, oid = 'a'): FileEntry {
  return { path: asBytePath(path), mode, oid };
}

function folder(path: string): FileEntry {
  return entry(path, MODE.directory, 'empty');
}

function brief(before: FileEntry[], after: FileEntry[]): string[] {
  return diffEntries(before, after).map((change) => `${change.status} ${change.path}`);
}

/** Sorted entries in which no path is below another entry that is a file, link or empty folder. */
const entries: fc.Arbitrary<FileEntry[]> = fc
  .array(
    fc.record({
      path: fc
        .array(fc.constantFrom('a', 'a.b', 'b', 'a0'), { minLength: 1, maxLength: 3 })
        .map((names) => asBytePath(names.join('/'))),
      mode: fc.constantFrom(MODE.file, MODE.executable, MODE.link, MODE.directory),
      oid: fc.constantFrom('1', '2'),
    }),
  )
  .map((all) => {
    const kept: FileEntry[] = [];
    for (const one of all) {
      const clash = kept.some((other) => `${one.path}/`.startsWith(`${other.path}/`));
      const holds = kept.some((other) => `${other.path}/`.startsWith(`${one.path}/`));
      if (!clash && !holds) kept.push(one.mode === MODE.directory ? folder(one.path) : one);
    }
    return kept.sort((left, right) => compareBytes(left.path, right.path));
  });

function foldersOf(list: FileEntry[]): Set<string> {
  const folders = new Set<string>();
  for (const { path, mode } of list) {
    const names = path.split('/');
    if (mode !== MODE.directory) names.pop();
    while (names.length > 0) {
      folders.add(names.join('/'));
      names.pop();
    }
  }
  return folders;
}

describe('worktree/diff', () => {
  it('tells the status of each path', () => {
    const before = [
      ...[entry('executable', MODE.executable), entry('gone'), entry('link', MODE.link)],
      ...[entry('mode'), entry('modified'), entry('same'), entry('turned')],
    ];
    const after = [
      ...[
        entry('executable', MODE.file, 'b'),
        entry('link', MODE.link, 'b'),
        entry('mode', MODE.executable),
      ],
      ...[
        entry('modified', MODE.file, 'b'),
        entry('new'),
        entry('same'),
        entry('turned', MODE.link),
      ],
    ];
    expect(brief(before, after)).to.deep.equal([
      ...['modified executable', 'deleted gone', 'modified link', 'mode mode'],
      ...['modified modified', 'added new', 'type turned'],
    ]);
  });

  it('gives both entries with each change', () => {
    const before = entry('a');
    const after = entry('a', MODE.executable);
    expect(diffEntries([before], [after])).to.deep.equal([
      { path: 'a', before, after, status: 'mode' },
    ]);
  });

  it('reports an empty folder only when the folder itself comes or goes', () => {
    expect(brief([], [folder('d')])).to.deep.equal(['added d']);
    expect(brief([folder('d')], [])).to.deep.equal(['deleted d']);
    expect(brief([folder('d')], [entry('d/x')])).to.deep.equal(['added d/x']);
    expect(brief([entry('d/x')], [folder('d')])).to.deep.equal(['deleted d/x']);
    expect(brief([folder('d')], [entry('d.x'), folder('d/e')])).to.deep.equal([
      ...['added d.x', 'added d/e'],
    ]);
    expect(brief([folder('d')], [entry('d0')])).to.deep.equal(['deleted d', 'added d0']);
  });

  it('takes a file that became a folder apart, unless the folder is empty', () => {
    expect(brief([entry('d')], [entry('d/x')])).to.deep.equal(['deleted d', 'added d/x']);
    expect(brief([entry('d/x')], [entry('d')])).to.deep.equal(['added d', 'deleted d/x']);
    expect(brief([entry('d')], [folder('d')])).to.deep.equal(['type d']);
    expect(brief([folder('d')], [entry('d', MODE.link)])).to.deep.equal(['type d']);
  });

  it('finds exactly the paths that differ and the folders that come or go', () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const expected = new Set<string>();
        const byPath = new Map(after.map((one) => [one.path, one]));
        const beforePaths = new Set(before.map((one) => one.path));
        const [oldFolders, newFolders] = [foldersOf(before), foldersOf(after)];
        for (const one of before) {
          const other = byPath.get(one.path);
          if (other && other.mode === one.mode && other.oid === one.oid) continue;
          const stays = one.mode === MODE.directory && !other && newFolders.has(one.path);
          if (!stays) expected.add(one.path);
        }
        for (const one of after) {
          const stayed = one.mode === MODE.directory && oldFolders.has(one.path);
          if (!beforePaths.has(one.path) && !stayed) expected.add(one.path);
        }
        const found = diffEntries(before, after).map((change) => change.path);
        expect(found).to.deep.equal([...expected].sort());
      }),
    );
  });
});

describe('worktree: entries beside each other', () => {
  it('pairs what stands at the same path, in the order of paths', () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const paths = [...new Set([...before, ...after].map(({ path }) => path))];
        const at = (list: FileEntry[], path: string) =>
          list.find((one) => one.path === path) ?? null;
        const expected = paths.sort(compareBytes).map((path) => {
          return { before: at(before, path), after: at(after, path) };
        });
        expect([...pairedEntries(before, after)]).to.deep.equal(expected);
      }),
    );
  });
});

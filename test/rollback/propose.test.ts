import { expect } from 'chai';
import { asBytePath, isWithin } from '../../src/core/byte-path.js';
import { MODE, type FileEntry } from '../../src/core/types.js';
import {
  proposeRollback,
  type ProposalInput,
  type RollbackProposal,
} from '../../src/rollback/propose.js';
import { entry, folderEntry, paths } from './operations.js';

interface Case {
  now?: FileEntry[];
  then?: FileEntry[];
  ignoredNow?: string[];
  uncapturedNow?: string[];
  nestedNow?: string[];
  ignoredThen?: string[];
  uncapturedThen?: string[];
  nestedThen?: string[];
  only?: string[];
  back?: string[];
}

function covers(list: string[] | undefined, path: string): boolean {
  return (list ?? []).some((one) => isWithin(asBytePath(path), asBytePath(one)));
}

function propose(given: Case): RollbackProposal {
  const input: ProposalInput = {
    present: {
      entries: given.now ?? [],
      ignored: paths(...(given.ignoredNow ?? [])),
      notCaptured: paths(...(given.uncapturedNow ?? [])),
      nestedRepositories: paths(...(given.nestedNow ?? [])),
    },
    target: given.then ?? [],
    knowledge: {
      didNotLook: (path) => covers(given.ignoredThen, path),
      didNotCapture: (path) => covers(given.uncapturedThen, path),
      hadNestedRepository: (path) => (given.nestedThen ?? []).includes(path),
    },
    returns: paths(...(given.back ?? [])),
    paths: given.only === undefined ? null : paths(...given.only),
  };
  return proposeRollback(input);
}

/** A proposal in a few words, in the order of its lists. */
function said(given: Case): string[] {
  const proposal = propose(given);
  return [
    ...proposal.writes.map(({ entry: { path }, replaces }) =>
      replaces === null ? `write ${path}` : `replace ${path}`,
    ),
    ...proposal.modes.map(({ path }) => `mode ${path}`),
    ...proposal.removals.map(({ path }) => `remove ${path}`),
    ...proposal.newFolders.map(({ path }) => `new ${path}`),
    ...proposal.removedFolders.map(({ path }) => `removed ${path}`),
    ...proposal.neededFolders.map((path) => `need ${path}`),
    ...proposal.obsoleteFolders.map((path) => `obsolete ${path}`),
    ...proposal.left.map(({ path, reason }) => `left ${path} ${reason}`),
    ...(proposal.unchanged === 0 ? [] : [`unchanged ${proposal.unchanged}`]),
  ];
}

const file = entry('a', 'one');
const other = entry('a', 'two');
const executable = entry('a', 'one', MODE.executable);
const link = entry('a', 'one', MODE.link);
const otherLink = entry('a', 'two', MODE.link);
const empty = folderEntry('a');
const full = entry('a/b/c', 'three');

const KINDS: [string, FileEntry[], FileEntry[], string[]][] = [
  ['absent, absent', [], [], []],
  ['file, the same', [file], [file], ['unchanged 1']],
  ['file, other contents', [file], [other], ['replace a']],
  ['file, executable', [file], [executable], ['mode a']],
  ['executable, file', [executable], [file], ['mode a']],
  ['executable, other file', [executable], [other], ['replace a']],
  ['file, link of the same contents', [file], [link], ['replace a']],
  ['link, file of the same contents', [link], [file], ['replace a']],
  ['link, other link', [link], [otherLink], ['replace a']],
  ['link, the same', [link], [link], ['unchanged 1']],
  ['file, empty folder', [file], [empty], ['remove a', 'new a', 'need a']],
  ['empty folder, file', [empty], [file], ['write a', 'removed a', 'obsolete a']],
  ['empty folder, the same', [empty], [empty], ['unchanged 1']],
  ['file, folder with files', [file], [full], ['write a/b/c', 'remove a', 'need a', 'need a/b']],
  [
    'folder with files, file',
    [full],
    [file],
    ['write a', 'remove a/b/c', 'obsolete a/b', 'obsolete a'],
  ],
  [
    'folder with files, empty folder',
    [full],
    [empty],
    ['remove a/b/c', 'obsolete a/b', 'unchanged 1'],
  ],
  ['empty folder, folder with files', [empty], [full], ['write a/b/c', 'need a', 'need a/b']],
  ['file, absent', [file], [], ['remove a']],
  ['link, absent', [link], [], ['remove a']],
  ['empty folder, absent', [empty], [], ['removed a', 'obsolete a']],
  ['folder with files, absent', [full], [], ['remove a/b/c', 'obsolete a/b', 'obsolete a']],
  ['absent, file', [], [file], ['write a']],
  ['absent, empty folder', [], [empty], ['new a', 'need a']],
  ['absent, folder with files', [], [full], ['write a/b/c', 'need a', 'need a/b']],
];

describe('a rollback proposal', () => {
  for (const [name, now, then, expected] of KINDS) {
    it(name, () => {
      expect(said({ now, then })).to.deep.equal(expected);
    });
  }

  describe('where the checkpoint did not look', () => {
    it('leaves what it ignored', () => {
      expect(said({ now: [file], ignoredThen: ['a'] })).to.deep.equal(['left a ignored']);
    });

    it('leaves an empty folder that it ignored', () => {
      expect(said({ now: [empty], ignoredThen: ['a'] })).to.deep.equal(['left a ignored']);
    });

    it('leaves what it saw and did not capture', () => {
      expect(said({ now: [full], uncapturedThen: ['a'] })).to.deep.equal([
        'left a/b/c not_captured',
      ]);
    });

    it('takes away even that when something of the checkpoint has to stand there', () => {
      const given = { now: [full], then: [file], ignoredThen: ['a/b'] };
      expect(said(given)).to.deep.equal(['write a', 'remove a/b/c', 'obsolete a/b', 'obsolete a']);
    });

    it('takes away a file where the checkpoint has a folder, though ignored as a file', () => {
      const given = { now: [file], then: [full], ignoredThen: ['a'] };
      expect(said(given)).to.include('remove a');
    });
  });

  describe('what the scan did not capture', () => {
    it('is named when it was not ignored then', () => {
      expect(said({ ignoredNow: ['a'] })).to.deep.equal(['left a ignored']);
    });

    it('is not named when it was ignored then too', () => {
      expect(said({ ignoredNow: ['a'], ignoredThen: ['a'] })).to.deep.equal([]);
    });

    it('is named, ignored then or not, when it holds a folder that should go', () => {
      const given = { now: [full], ignoredNow: ['a/b/x'], ignoredThen: ['a/b/x'] };
      expect(said(given)).to.deep.equal(['remove a/b/c', 'left a/b/x ignored']);
    });

    it('is named when it is not captured for another reason', () => {
      expect(said({ uncapturedNow: ['a'] })).to.deep.equal(['left a not_captured']);
    });

    it('is not named when it was not captured then either, unless it holds a folder', () => {
      expect(said({ uncapturedNow: ['a'], uncapturedThen: ['a'] })).to.deep.equal([]);
      const given = { now: [full], uncapturedNow: ['a/x'], uncapturedThen: ['a/x'] };
      expect(said(given)).to.deep.equal(['remove a/b/c', 'obsolete a/b', 'left a/x not_captured']);
    });

    it('is not named when the checkpoint has a file there', () => {
      expect(said({ ignoredNow: ['a'], then: [file] })).to.deep.equal(['write a']);
    });

    it('keeps an empty folder that only seems empty', () => {
      expect(said({ now: [empty], ignoredNow: ['a/x'] })).to.deep.equal(['left a/x ignored']);
    });

    it('does not keep an empty folder from a file of the checkpoint', () => {
      const given = { now: [empty], then: [file], ignoredNow: ['a/x'] };
      expect(said(given)).to.deep.equal(['write a', 'removed a']);
    });
  });

  describe('nested repositories', () => {
    it('are named when they are new', () => {
      expect(said({ nestedNow: ['a'] })).to.deep.equal(['left a nested_repository']);
    });

    it('keep all that is in them when they are new, and are named once', () => {
      const now = [entry('a/n/x'), folderEntry('a/n/y'), entry('a/z')];
      expect(said({ now, nestedNow: ['a/n'] })).to.deep.equal([
        'remove a/z',
        'left a/n nested_repository',
      ]);
    });

    it('keep what came with them in a folder that was there, file by file', () => {
      const given = { now: [entry('a/x', 'new'), entry('a/y')], then: [entry('a/x', 'old')] };
      expect(said({ ...given, nestedNow: ['a'] })).to.deep.equal([
        'replace a/x',
        'need a',
        'left a/y nested_repository',
      ]);
    });

    it('keep a file that was named, too', () => {
      const given = { now: [entry('n/x')], nestedNow: ['n'], only: ['n/x'] };
      expect(said(given)).to.deep.equal(['left n/x nested_repository']);
    });

    it('make room for what the checkpoint has there', () => {
      const given = { now: [entry('a/x')], then: [file], nestedNow: ['a'] };
      expect(said(given)).to.deep.equal(['write a', 'remove a/x']);
    });

    it('go back with their files when they were there', () => {
      const given = { now: [entry('a/x')], nestedNow: ['a'], nestedThen: ['a'] };
      expect(said(given)).to.deep.equal(['remove a/x']);
    });

    it('are not named when they were there', () => {
      expect(said({ nestedNow: ['a'], nestedThen: ['a'] })).to.deep.equal([]);
    });

    it('hold the folders above them', () => {
      const given = { now: [full], nestedNow: ['a/n'], nestedThen: ['a/n'] };
      expect(said(given)).to.deep.equal(['remove a/b/c', 'obsolete a/b']);
    });
  });

  describe('what comes back from the trash', () => {
    it('takes the place of what is captured there, also where it was not captured', () => {
      const given = { now: [file], back: ['a'], uncapturedThen: ['a'] };
      expect(said(given)).to.deep.equal(['remove a']);
      expect(said({ ...given, now: [full] })).to.deep.equal([
        'remove a/b/c',
        'obsolete a/b',
        'obsolete a',
      ]);
    });

    it('keeps and makes the folders above it', () => {
      const now = [entry('d/e/x')];
      expect(said({ now, back: ['d/e/f'] })).to.deep.equal(['remove d/e/x', 'need d', 'need d/e']);
      expect(said({ now: [file], back: ['a/b'] })).to.deep.equal(['remove a', 'need a']);
    });
  });

  describe('of some paths', () => {
    const now = [entry('a', 'new'), entry('d/new'), entry('e')];
    const then = [entry('a', 'old'), entry('d/gone')];

    it('touches nothing else', () => {
      expect(said({ now, then, only: ['a'] })).to.deep.equal(['replace a']);
    });

    it('takes a folder with all below it', () => {
      expect(said({ now, then, only: ['d'] })).to.deep.equal([
        'write d/gone',
        'remove d/new',
        'need d',
      ]);
    });

    it('names only what is left in them', () => {
      expect(said({ ignoredNow: ['a', 'b'], only: ['b'] })).to.deep.equal(['left b ignored']);
    });

    it('does not take away a folder above them', () => {
      expect(said({ now: [full], only: ['a/b/c'] })).to.deep.equal(['remove a/b/c']);
    });

    it('takes away what stands where they have to be', () => {
      expect(said({ now: [file], then: [full], only: ['a/b/c'] })).to.deep.equal([
        'write a/b/c',
        'remove a',
        'need a',
        'need a/b',
      ]);
    });

    it('keeps a folder that the whole checkpoint has', () => {
      const given = { now: [empty], then: [full], only: ['x'] };
      expect(said(given)).to.deep.equal([]);
    });
  });
});

import { expect } from 'chai';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChangesAnswer, ChangesQuestion } from '../../src/checkpoint/ask-for-changes.js';
import {
  createCheckpointBy,
  type Created,
  type CreateRequest,
} from '../../src/checkpoint/create.js';
import { factsOf } from '../../src/checkpoint/facts.js';
import { loadLastLook } from '../../src/checkpoint/last-look.js';
import type { View } from '../../src/checkpoint/look.js';
import { quickLook } from '../../src/checkpoint/quick-look.js';
import { DEFAULTS } from '../../src/core/limits.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { bytePath } from '../worktree/scanning.js';
import { closeContexts, contextOf, requestOf, write, type TestContext } from './contexts.js';
import { isQuick, seenWhole } from './looks.js';

const WATCH = 'ab'.repeat(16);

/** Answers what it is told to. */
class Watcher {
  sequence = 0;
  questions: ChangesQuestion[] = [];
  touched: Record<string, string[]> | null = null;
  isThere = true;

  answer = (question: ChangesQuestion): Promise<ChangesAnswer | null> => {
    this.questions.push(question);
    if (!this.isThere) return Promise.resolve(null);
    const mark = { watch: WATCH, sequence: ++this.sequence };
    const entries = Object.entries(this.touched ?? {});
    const touched = new Map(
      entries.map(([at, names]) => [bytePath(at), new Set(names.map(bytePath))]),
    );
    return Promise.resolve({ mark, touched: this.touched && touched });
  };
}

describe('checkpoint: quick look', () => {
  let root: string;
  let context: TestContext;
  let watcher: Watcher;
  let latest: Created<View>['checkpoint'] | null;

  const take = async (request: Partial<CreateRequest<View>> = {}): Promise<Created<View>> => {
    const created = await createCheckpointBy(
      quickLook,
      context,
      requestOf<View>({ latest, ...request }),
    );
    latest = created.checkpoint;
    return created;
  };

  /** Takes one that must be as a whole scan, and says whether it was quick. */
  const taken = async (touched: Record<string, string[]>): Promise<boolean> => {
    watcher.touched = touched;
    const created = await take();
    const { scan, uncapturedIgnoreFiles } = await seenWhole(context);
    expect(created.checkpoint).to.include({ tree: scan.tree, files: scan.files });
    expect(created.look.scan.notCaptured).to.deep.equal(scan.notCaptured);
    expect(created.look.uncapturedIgnoreFiles).to.deep.equal(uncapturedIgnoreFiles);
    return isQuick(created);
  };

  const reopen = async (): Promise<void> => {
    await closeContexts();
    context = Object.assign(await contextOf(root), { changes: watcher.answer });
  };

  beforeEach(async () => {
    root = makeRepository();
    write(root, { a: '1', 'd/b': '2', '.gitignore': '*.o\n.pitonignore\n', '.pitonignore': '*.p' });
    context = await contextOf(root);
    watcher = new Watcher();
    context.changes = watcher.answer;
    latest = null;
    await take();
    context.warnings.length = 0;
  });
  afterEach(closeContexts);

  it('begins with a whole one, and asks from then on since the mark before it', async () => {
    expect(watcher.questions.map(({ since }) => since)).to.deep.equal([null]);
    const facts = watcher.questions[0]?.facts;
    expect(loadLastLook(context.repository.stateDir)).to.include({ facts, files: 3 });
    expect(await taken({})).to.equal(true);
    write(root, { 'd/b': 'changed', 'd/n/e': 'w', 'x.o': 'ignored' });
    expect(await taken({ d: ['b', 'n'], '': ['x.o'] })).to.equal(true);
    rmSync(join(root, 'd'), { recursive: true });
    expect(await taken({ '': ['d'] })).to.equal(true);
    expect(watcher.questions.map(({ since }) => since?.sequence)).to.deep.equal([
      undefined,
      1,
      1,
      3,
    ]);
    expect(watcher.questions.every((question) => question.facts === facts)).to.equal(true);
    expect(loadLastLook(context.repository.stateDir)?.mark.sequence).to.equal(4);
  });

  it('trusts what it is told', async () => {
    write(root, { a: 'unseen' });
    watcher.touched = {};
    expect(await take()).to.include({ created: false });
  });

  it('is at everything again after five minutes, and when the clock was put back', async () => {
    for (const step of [DEFAULTS.wholeLookMs, -1]) {
      context.clock.time += step;
      expect(await taken({})).to.equal(false);
      expect(await taken({})).to.equal(true);
    }
  });

  it('is at everything when nobody answers, or nobody is asked', async () => {
    watcher.isThere = false;
    write(root, { a: 'changed' });
    expect(await taken({})).to.equal(false);
    const asked = watcher.questions.length;
    watcher.isThere = true;
    expect(isQuick(await take({ includeIgnored: true }))).to.equal(false);
    expect(isQuick(await take({ alsoCapture: [bytePath('x.o')] }))).to.equal(false);
    context.changes = undefined;
    expect(isQuick(await take())).to.equal(false);
    expect(watcher.questions).to.have.lengthOf(asked);
  });

  it('is at everything when the watch knows nothing of the time before', async () => {
    write(root, { a: 'changed' });
    watcher.touched = null;
    expect(isQuick(await take())).to.equal(false);
    expect(await taken({})).to.equal(true);
  });

  it('is at everything when rules, the staging area or the limit changed', async () => {
    const doings = [
      () => git(root, 'add', 'a'),
      () => git(root, 'config', 'piton.exclude', 'a'),
      () => git(root, 'config', 'piton.maxFileSize', '1'),
      () => write(root, { '.git/info/exclude': 'd' }),
    ];
    for (const doing of doings) {
      doing();
      await reopen();
      expect(await taken({}), String(doing)).to.equal(false);
      expect(await taken({}), String(doing)).to.equal(true);
    }
  });

  it('is at everything when an ignore file was touched, or is another one', async () => {
    write(root, { '.gitignore': '.pitonignore\n', 'x.o': '1' });
    expect(await taken({ '': ['.gitignore', 'x.o'] })).to.equal(false);
    write(root, { 'd/.GitIgnore': '' });
    expect(await taken({ d: ['.GitIgnore'] })).to.equal(false);
    write(root, { 'n/.gitignore': 'x' });
    expect(await taken({ '': ['n'] })).to.equal(false);
    expect(await taken({ '': ['n'] })).to.equal(false);
    for (const text of ['.pitonignore\na\n', null]) {
      if (text === null) rmSync(join(root, '.pitonignore'));
      else write(root, { '.gitignore': text });
      expect(await taken({}), String(text)).to.equal(false);
    }
  });

  it('is at everything where a repository or a file with another name lies', async () => {
    mkdirSync(join(root, 'd/.git'));
    for (let times = 0; times < 2; times++) {
      expect(await taken({ d: ['.git'] })).to.equal(false);
    }
    rmSync(join(root, 'd/.git'), { recursive: true });
    expect(await taken({ d: ['.git'] })).to.equal(false);
    expect(await taken({})).to.equal(true);
    linkSync(join(root, 'a'), join(tempDirectory(), 'elsewhere'));
    for (let times = 0; times < 2; times++) {
      expect(await taken({ '': ['a'] })).to.equal(false);
    }
  });

  it('is at everything when the checkpoint that it builds on is gone, or damaged', async () => {
    const first = latest;
    git(root, 'update-ref', '-d', String(first?.ref));
    latest = null;
    const { checkpoint, ...second } = await take();
    expect(isQuick({ checkpoint, ...second })).to.equal(false);
    expect(await taken({})).to.equal(true);
    const { commit } = checkpoint;
    expect(commit).to.not.equal(first?.commit);
    rmSync(join(root, '.git/objects', commit.slice(0, 2), commit.slice(2)));
    await reopen();
    expect(isQuick(await take({ latest: null }))).to.equal(false);
  });

  it('reads again what never held still', async () => {
    const { stateDir } = context.repository;
    const path = join(stateDir, 'last-look');
    const last = JSON.parse(readFileSync(path, 'utf8')) as object;
    const unstable = ['a', 'd/b'].map((one) => ({ path: one, reason: 'unstable' }));
    writeFileSync(path, JSON.stringify({ ...last, not_captured: unstable }));
    write(root, { a: 'still now', 'd/b': 'too' });
    expect(await taken({ d: ['x'] })).to.equal(true);
  });

  it('warns as a whole one does', async () => {
    git(root, 'config', 'core.excludesFile', '/dev/null');
    await reopen();
    expect(await taken({})).to.equal(true);
    expect(context.warnings).to.have.lengthOf(1);
    context.clock.time += DEFAULTS.wholeLookMs;
    expect(await taken({})).to.equal(false);
    expect(context.warnings).to.have.lengthOf(2);
  });

  it('has no facts where something is mounted', () => {
    const { repository } = context;
    const rules = { sources: { exclude: [], infoExclude: null, excludesFile: null } };
    const under = { staging: null, rules } as unknown as Parameters<typeof factsOf>[1];
    for (const root of ['/', '/dev']) {
      expect(factsOf({ ...repository, root }, under), root).to.equal(null);
    }
    expect(factsOf(repository, under)).to.match(/^[0-9a-f]{64}$/);
  });
});

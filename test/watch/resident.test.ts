import { expect } from 'chai';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CheckpointContext } from '../../src/checkpoint/context.js';
import { loadLastLook } from '../../src/checkpoint/last-look.js';
import type { Checkpoint } from '../../src/checkpoint/metadata.js';
import { DEFAULTS, LIMITS } from '../../src/core/limits.js';
import { eventsAtOnce } from '../../src/watch/folder-watches.js';
import type { Resident, ResidentOptions } from '../../src/watch/resident.js';
import { closeContexts, write, type TestContext } from '../checkpoint/contexts.js';
import { isQuick, seenWhole } from '../checkpoint/looks.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { asNobody, bytePath } from '../worktree/scanning.js';
import { closeResidents, residentFor, takeQuick, watchedContext } from './residents.js';

describe('watch: resident', function () {
  this.timeout(120_000);

  let root: string;
  let context: TestContext;
  let resident: Resident;
  let latest: Checkpoint | null;

  const at = (path: string): string => join(root, path);

  const open = async (options: Partial<ResidentOptions> = {}): Promise<void> => {
    ({ context, resident } = await watchedContext(root, options));
    latest = null;
    await taken();
  };

  /** Takes a checkpoint that must be as a whole scan, and says whether it was quick. */
  const taken = async (by: CheckpointContext = context): Promise<boolean> => {
    const created = await takeQuick(by, latest);
    latest = created.checkpoint;
    expect(latest.tree).to.equal((await seenWhole(by)).scan.tree);
    return isQuick(created);
  };

  /** Every one of several things that are done must be seen. */
  const expectQuick = async (...doings: readonly (() => unknown)[]): Promise<void> => {
    for (const doing of doings) {
      doing();
      expect(await taken(), String(doing)).to.equal(true);
    }
  };

  beforeEach(() => {
    root = makeRepository();
    write(root, { a: '1', 'd/b': '2', 'd/e/c': '3', '.gitignore': 'out/\n*.o\n', 'out/x': '1' });
  });
  afterEach(async () => {
    closeResidents();
    await closeContexts();
  });

  it('hears of files that are written, made, moved, removed, and of modes', async () => {
    await open();
    await expectQuick(
      () => undefined,
      () => write(root, { a: '2', 'd/b': '3' }),
      () => write(root, { new: 'x', 'd/e/\xff': 'y' }),
      () => renameSync(at('a'), at('d/e/a')),
      () => chmodSync(at('d/b'), 0o755),
      () => rmSync(at('new')),
      () => write(root, { 'd/x.o': 'ignored', 'out/y': 'too' }),
      () => {
        write(root, { a: 'same' });
        utimesSync(at('a'), 1, 1);
      },
      () => {
        write(root, { a: 'emas' });
        utimesSync(at('a'), 1, 1);
      },
    );
  });

  it('hears of what happens in folders that are new, moved, or made anew', async () => {
    await open();
    await expectQuick(
      () => write(root, { 'n/e/w/x': '1' }),
      () => write(root, { 'n/e/w/x': '2', 'n/e/y': '1' }),
      () => renameSync(at('n/e'), at('d/moved')),
      () => write(root, { 'd/moved/w/x': '3' }),
      () => renameSync(at('d'), at('z')),
      () => write(root, { 'z/moved/w/x': '4', 'z/e/c': '5' }),
      () => {
        rmSync(at('z/e'), { recursive: true });
        write(root, { 'z/e/c': 'again' });
      },
      () => write(root, { 'z/e/c': 'and again' }),
      () => {
        renameSync(at('z/e'), at('z/f'));
        write(root, { 'z/e/c': 'two' });
      },
      () => write(root, { 'z/e/c': '3', 'z/f/c': '4' }),
    );
  });

  it('hears of folders that come from elsewhere, and forgets those that went there', async () => {
    await open();
    const elsewhere = tempDirectory();
    await expectQuick(
      () => renameSync(at('d'), join(elsewhere, 'd')),
      () => writeFileSync(join(elsewhere, 'd/e/c'), 'changed outside'),
      () => renameSync(join(elsewhere, 'd'), at('back')),
      () => write(root, { 'back/e/c': 'changed inside' }),
    );
  });

  it('begins anew when rules, the staging area or the limit changed, and goes on', async () => {
    await open();
    const doings = [
      () => write(root, { '.gitignore': '*.o\n' }),
      () => write(root, { 'd/.pitonignore': 'b\n' }),
      () => git(root, 'add', 'a'),
      () => write(root, { '.git/info/exclude': 'a\n' }),
    ];
    for (const doing of doings) {
      doing();
      for (let times = 0; times < 3 && !(await taken()); times++);
      await expectQuick(
        () => write(root, { 'out/x': String(doing), a: String(doing) }),
        () => write(root, { 'out/new/y': 'x' }),
      );
      rmSync(at('out/new'), { recursive: true });
    }
  });

  it('begins anew when more happened at once than it can be told', async () => {
    await open({ eventLimit: 40 });
    expect(await taken()).to.equal(true);
    for (let number = 0; number < 40; number++) write(root, { [`n${number}`]: '1' });
    expect(await taken()).to.equal(false);
    for (let times = 0; times < 3 && !(await taken()); times++);
    await expectQuick(() => write(root, { 'd/b': 'after' }));
  });

  it('notices that the queue of the kernel ran over', async () => {
    await open({ eventLimit: eventsAtOnce() ?? 0 });
    expect(await taken()).to.equal(true);
    const limit = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
    // Two files in turn: the kernel tells the same thing twice in a row once.
    for (let number = 0; number <= limit / 2; number++) {
      utimesSync(at('a'), number, 1);
      utimesSync(at('d/b'), number, 1);
    }
    write(root, { lost: '1', 'lost folder/x': '1' });
    expect(await taken()).to.equal(false);
    for (let times = 0; times < 3 && !(await taken()); times++);
    await expectQuick(() => write(root, { 'lost folder/x': '2' }));
  });

  it('begins anew when it would have to remember too much', async () => {
    await open();
    for (let number = 0; number <= LIMITS.goneFolders; number++) mkdirSync(at(`gone${number}`));
    await taken();
    for (let number = 0; number <= LIMITS.goneFolders; number++) {
      rmSync(at(`gone${number}`), { recursive: true });
    }
    expect(await taken()).to.equal(false);
    for (let number = 0; number <= LIMITS.touchedNames / 1_000; number++) {
      for (let name = 0; name < 1_000; name++) {
        resident.onTouched(bytePath(`f${number}`), bytePath(`${name}`), false);
      }
    }
    for (let times = 0; times < 3 && !(await taken()); times++);
    expect(await taken()).to.equal(true);
  });

  it('gives no answer under other facts, and waits before it tries again', async () => {
    let now = 0;
    await open({ now: () => now });
    const question = { since: null, facts: 'ab'.repeat(32) };
    expect(await resident.answer(question)).to.equal(null);
    expect(await taken()).to.equal(false);
    now += 10_000;
    for (let times = 0; times < 3 && !(await taken()); times++);
    expect(await taken()).to.equal(true);
  });

  it('gives no answer where a folder cannot be watched', async () => {
    const markers = tempDirectory();
    for (const path of [root, markers]) chmodSync(path, 0o777);
    let now = 0;
    await open({ markers, now: () => now });
    const { facts = '' } = loadLastLook(context.repository.stateDir) ?? {};
    for (const [mode, isAnswered] of [
      [0, false],
      [0o755, true],
    ] as const) {
      chmodSync(at('d'), mode);
      resident.onDoubt();
      now += 10_000;
      const answer = await asNobody(() => resident.answer({ since: null, facts }));
      expect(answer !== null, mode.toString(8)).to.equal(isAnswered);
    }
  });

  it('answers after it could not', async () => {
    await open();
    const failing = residentFor(context, {
      surroundings: () => Promise.reject(new Error('not now')),
    });
    const failure: unknown = await failing.begin().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    expect(await failing.answer({ since: null, facts: 'x' })).to.equal(null);
  });

  it('does not hear of a change by a name elsewhere, which the next whole look sees', async () => {
    await open();
    linkSync(at('a'), join(tempDirectory(), 'other name'));
    const other = join(tempDirectory(), 'other');
    linkSync(at('d/b'), other);
    writeFileSync(other, 'by another name');
    latest = (await takeQuick(context, latest)).checkpoint;
    context.clock.time += DEFAULTS.wholeLookMs;
    expect(await taken()).to.equal(false);
  });
});

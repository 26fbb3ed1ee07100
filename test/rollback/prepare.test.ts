import { expect } from 'chai';
import { existsSync, lstatSync, mkdirSync, rmSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, type BytePath } from '../../src/core/byte-path.js';
import type { FileEntry } from '../../src/core/types.js';
import type { Areas } from '../../src/rollback/areas.js';
import { prepareSteps } from '../../src/rollback/prepare.js';
import { proposeRollback } from '../../src/rollback/propose.js';
import type { Step } from '../../src/rollback/steps.js';
import { surveyWorktree, type Survey } from '../../src/rollback/survey.js';
import { statRecord } from '../../src/worktree/stat-record.js';
import {
  areasOf,
  entry,
  failure,
  ID,
  makeOperation,
  put,
  type TestOperation,
} from './operations.js';

const OTHER_DEVICE = 1n << 40n;

interface Given {
  context: TestOperation;
  now: FileEntry[];
  then: FileEntry[];
  /** Paths that, with all below them, seem to be on another file system. */
  elsewhere?: string[];
  /** How captured paths looked, where not as they are. */
  captured?: Partial<BigIntStats>;
}

function like(stat: BigIntStats | null, dev: bigint): BigIntStats | null {
  return stat === null ? null : Object.assign(Object.create(stat) as BigIntStats, { dev });
}

function surveyWith(found: Survey, elsewhere: readonly string[]): Survey {
  const isElsewhere = (path: BytePath): boolean =>
    elsewhere.some((mount) => path === mount || path.startsWith(`${mount}/`));
  const stat = (path: BytePath): BigIntStats | null =>
    isElsewhere(path) ? like(found.stat(path), OTHER_DEVICE) : found.stat(path);
  return { ...found, stat };
}

/** The steps for a worktree that holds `now`; only stored contents count as captured. */
async function prepared(given: Given): Promise<{ steps: Step[]; areas: Areas }> {
  const { context, now, then, elsewhere = [], captured } = given;
  const { root, stateDir, objects } = context;
  const proposal = proposeRollback({
    present: { entries: now, ignored: [], notCaptured: [], nestedRepositories: [] },
    target: then,
    knowledge: {
      didNotLook: () => false,
      didNotCapture: () => false,
      hadNestedRepository: () => false,
    },
    returns: [],
    paths: null,
  });
  const survey = surveyWith(surveyWorktree(root, proposal, []), elsewhere);
  const areas = areasOf(context);
  const scan = {
    statEntries: () =>
      now.map(({ path, oid }) => {
        const stat = lstatSync(join(root, path), { bigint: true });
        return { path, record: statRecord(Object.assign(stat, captured)), oid };
      }),
  };
  const input = { root, stateDir, durability: 'fast', id: ID } as const;
  try {
    const rest = { proposal, survey, returns: [], scan, objects, lastScan: null };
    const none = { archive: null, fromArchive: null };
    return { steps: await prepareSteps({ ...input, ...rest, ...none }, areas), areas };
  } finally {
    areas.close();
  }
}

describe('preparing a rollback', () => {
  it('stages the new and tells how the old was captured', async () => {
    const context = makeOperation();
    put(context.root, 'a', 'old');
    context.objects.add('old');
    context.objects.add('new');
    const { steps } = await prepared({
      context,
      now: [entry('a', 'old')],
      then: [entry('a', 'new')],
    });
    const { ino, size, mtimeNs } = lstatSync(join(context.root, 'a'), { bigint: true });
    const [retire, place] = steps;
    expect(retire).to.deep.include({
      kind: 'retire',
      captured: {
        ...{ ino: String(ino), size: String(size), mtimeNs: String(mtimeNs) },
        oid: entry('a', 'old').oid,
      },
    });
    expect(place).to.deep.include({ kind: 'place', from: { area: 0, number: 0 } });
    expect(existsSync(join(context.stateDir, 'staging', ID, '0'))).to.equal(true);
  });

  it('tells the inode of what was captured as lstat does, whose numbers have a sign', async () => {
    const context = makeOperation();
    put(context.root, 'a', 'old');
    for (const contents of ['old', 'new']) context.objects.add(contents);
    const { steps } = await prepared({
      context,
      now: [entry('a', 'old')],
      then: [entry('a', 'new')],
      captured: { ino: 5n - 2n ** 63n },
    });
    expect(steps[0]).to.have.nested.property('captured.ino', String(5n - 2n ** 63n));
  });

  it('takes for uncaptured what the repository does not have, whatever a cache says', async () => {
    const context = makeOperation();
    put(context.root, 'a', 'old');
    context.objects.add('new');
    const { steps } = await prepared({
      context,
      now: [entry('a', 'old')],
      then: [entry('a', 'new')],
    });
    expect(steps[0]).to.include({ kind: 'retire', captured: null });
  });

  it('works beside what is on another file system, at the top of that', async () => {
    const context = makeOperation();
    mkdirSync(join(context.root, 'm', 'n', 'deep'), { recursive: true });
    const then = ['a', 'm/n/deep/new/x', 'm/n/deep/y', 'm/z'].map((path) => entry(path));
    for (const { path } of then) context.objects.add(path);
    const { steps, areas } = await prepared({ context, now: [], then, elsewhere: ['m/n'] });
    expect(areas.list).to.deep.equal([{ mount: null }, { mount: 'm/n' }]);
    const places = steps.flatMap((step) =>
      step.kind === 'place' ? [[step.path, step.from.area]] : [],
    );
    expect(places).to.deep.equal([
      ...[
        ['a', 0],
        ['m/n/deep/new/x', 1],
        ['m/n/deep/y', 1],
        ['m/z', 0],
      ],
    ]);
    const staging = join(context.root, 'm/n', `.piton-staging-${ID}`, 'new');
    expect(existsSync(staging)).to.equal(true);
  });

  it('refuses to work on a file system whose name cannot be told', async () => {
    const context = makeOperation();
    mkdirSync(Buffer.from(`${context.root}/\xff`, 'latin1'));
    context.objects.add('x');
    const mount = '\xff';
    const given = { context, now: [], then: [entry(`${mount}/x`, 'x')], elsewhere: [mount] };
    expect(await failure(prepared(given))).to.include({ code: 'IO_FAILED' });
  });

  it('does not go on without what it staged', async () => {
    const context = makeOperation();
    context.objects.add('x');
    const readStream = context.objects.readStream.bind(context.objects);
    context.objects.readStream = async (oid) => {
      rmSync(join(context.stateDir, 'staging', ID, '0'));
      return readStream(oid);
    };
    const given = { context, now: [], then: [{ ...entry('x'), path: asBytePath('x') }] };
    expect(await failure(prepared(given))).to.include({ code: 'INTERNAL' });
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { readdirSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GitObject } from '../../src/core/types.js';
import { BatchReader } from '../../src/process/batch-reader.js';
import { GitBatch } from '../../src/process/git-batch.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { failureOf } from './errors.js';
import { fakeGit, realGit, repositoryAt } from './programs.js';

const MISSING = '0123456789'.repeat(4);

describe('GitBatch', () => {
  let directory: string;
  let temporary: string;
  let batch: GitBatch;

  beforeEach(() => {
    directory = makeRepository();
    temporary = tempDirectory();
    batch = new GitBatch(realGit(temporary), repositoryAt(directory));
  });
  afterEach(() => batch.close());

  function store(data: Buffer | string): string {
    const run = tryGit(directory, ['hash-object', '-w', '--stdin'], data);
    return run.stdout.toString().trim();
  }

  it('gives objects of every type, byte for byte', async () => {
    const data = Buffer.from([10, 0, 255, 10]);
    const blob = store(data);
    git(directory, 'commit', '-q', '--allow-empty', '-m', 'x');
    git(directory, 'tag', '-a', '-m', 'y', 't');
    expect(await batch.readObject(blob)).to.deep.equal({ type: 'blob', data });
    for (const [name, type] of [
      ['HEAD', 'commit'],
      ['HEAD^{tree}', 'tree'],
      ['t', 'tag'],
    ] as const) {
      const oid = git(directory, 'rev-parse', name);
      const object = await batch.readObject(oid);
      expect(object?.type).to.equal(type);
      expect(object?.data).to.deep.equal(tryGit(directory, ['cat-file', type, oid]).stdout);
    }
  });

  it('gives null for what is not there', async () => {
    expect(await batch.readObject(MISSING)).to.equal(null);
  });

  it('answers many at once, each with its own, through one process', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `${index}`.repeat(index * 500));
    const oids = texts.map(store);
    const asked = [...oids, MISSING, ...oids];
    const answers = await Promise.all(asked.map((oid) => batch.readObject(oid)));
    const got = answers.map((object) => object?.data.toString() ?? null);
    expect(got).to.deep.equal([...texts, null, ...texts]);
    expect(readdirSync(temporary)).to.have.length(1);
  });

  it('reads a large object', async () => {
    const data = Buffer.alloc(20_000_000, 'abc');
    const object = await batch.readObject(store(data));
    expect(object?.data.equals(data)).to.equal(true);
  });

  it('reads repositories in SHA-256', async () => {
    const modern = makeRepository('--object-format=sha256');
    const oid = tryGit(modern, ['hash-object', '-w', '--stdin'], 'x').stdout.toString().trim();
    const other = new GitBatch(realGit(), repositoryAt(modern, { objectformat: 'sha256' }));
    expect((await other.readObject(oid))?.data.toString()).to.equal('x');
    await other.close();
  });

  it('sees objects that were added later', async () => {
    await batch.readObject(MISSING);
    expect(await batch.readObject(store('later'))).not.to.equal(null);
  });

  it('gives nothing of a damaged object and goes on with the next', async () => {
    const [good, bad] = [store('good'), store('bad'.repeat(1000))];
    const file = join(directory, '.git/objects', bad.slice(0, 2), bad.slice(2));
    chmodSync(file, 0o644);
    writeFileSync(file, 'damaged');
    // Some versions of git die of it, others call it missing.
    const answer = await batch.readObject(bad).catch((error: unknown) => error);
    if (answer !== null) expect(answer).to.have.property('code', 'GIT_FAILED');
    expect((await batch.readObject(good))?.data.toString()).to.equal('good');
  });

  it('rejects all who wait when git dies, and starts anew', async () => {
    const dying = new GitBatch(
      fakeGit('read oid; echo "$oid blob 1"; echo x; read oid; echo "help" >&2; exit 7', temporary),
      repositoryAt(directory),
    );
    for (let round = 0; round < 2; round++) {
      const answers = [1, 2, 3].map(() => dying.readObject(MISSING));
      expect((await answers[0])?.data.toString()).to.equal('x');
      for (const answer of answers.slice(1)) {
        const error = await failureOf(answer);
        expect(error.code).to.equal('GIT_FAILED');
        expect(error.details).to.include({ exit_code: 7, stderr: 'help' });
      }
    }
    await dying.close();
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('does not notice that git died while it had nothing to do', async () => {
    const script = 'read oid; echo "$oid blob 1"; echo x';
    const dying = new GitBatch(fakeGit(script, temporary), repositoryAt(directory));
    await dying.readObject(MISSING);
    while (readdirSync(temporary).length > 0) await delay(5);
    expect((await dying.readObject(MISSING))?.data.toString()).to.equal('x');
    await dying.close();
  });

  it('fails when git ends without a word', async () => {
    const silent = new GitBatch(fakeGit('read oid'), repositoryAt(directory));
    expect((await failureOf(silent.readObject(MISSING))).code).to.equal('GIT_FAILED');
    const deaf = new GitBatch(fakeGit('exec <&-; sleep 0.1'), repositoryAt(directory));
    expect((await failureOf(deaf.readObject(MISSING))).code).to.equal('GIT_FAILED');
  });

  it('asks for git when there is none, each time', async () => {
    const none = new GitBatch({ ...realGit(), file: 'no-git' }, repositoryAt(directory));
    expect((await failureOf(none.readObject(MISSING))).code).to.equal('GIT_REQUIRED');
    expect((await failureOf(none.readObject(MISSING))).code).to.equal('GIT_REQUIRED');
    await none.close();
    const gone = new GitBatch(realGit(), repositoryAt(join(directory, 'gone')));
    expect((await failureOf(gone.readObject(MISSING))).code).to.equal('WORKSPACE_MISSING');
    await gone.close();
  });

  it('ends a git that talks nonsense', async () => {
    const mad = new GitBatch(fakeGit('exec yes nonsense'), repositoryAt(directory));
    const error = await failureOf(mad.readObject(MISSING));
    expect(error.message).to.contain('no object');
    await mad.close();
  });

  it('takes ids and nothing else', async () => {
    for (const name of ['HEAD', '', 'abc', `${MISSING}\n${MISSING}`, MISSING.toUpperCase() + 'A']) {
      expect((await failureOf(batch.readObject(name))).code).to.equal('INTERNAL');
    }
  });

  it('answers what was asked before it is closed, and nothing after', async () => {
    const oid = store('x');
    await batch.readObject(oid);
    const last = batch.readObject(oid);
    await batch.close();
    expect((await last)?.data.toString()).to.equal('x');
    expect((await failureOf(batch.readObject(oid))).code).to.equal('INTERNAL');
    await batch.close();
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('does not mind a repository that goes away', async () => {
    await batch.readObject(store('x'));
    rmSync(directory, { recursive: true });
    expect(await batch.readObject(MISSING)).to.equal(null);
  });
});

describe('BatchReader', () => {
  function read(chunks: readonly Buffer[]): (GitObject | null)[] {
    const answers: (GitObject | null)[] = [];
    const reader = new BatchReader((answer) => answers.push(answer));
    for (const chunk of chunks) reader.push(chunk);
    return answers;
  }

  const object = fc.record({
    type: fc.constantFrom('blob', 'tree', 'commit', 'tag'),
    data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  });

  it('gives the same however the output is cut', () => {
    const answers = fc.array(fc.option(object), { maxLength: 6 });
    fc.assert(
      fc.property(answers, fc.array(fc.nat(2_000), { maxLength: 20 }), (expected, cuts) => {
        const whole = Buffer.concat(
          expected.flatMap((answer) =>
            answer === null
              ? [Buffer.from(`${MISSING} missing\n`)]
              : [
                  Buffer.from(`${MISSING} ${answer.type} ${answer.data.length}\n`),
                  answer.data,
                  Buffer.from('\n'),
                ],
          ),
        );
        const ends = [...cuts.filter((cut) => cut < whole.length), whole.length];
        ends.sort((left, right) => left - right);
        const chunks = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
        expect(read(chunks)).to.deep.equal(expected);
      }),
    );
  });

  for (const [what, said] of [
    ['an unknown type', `${MISSING} thing 5\n`],
    ['an endless header', `${MISSING} blob `.padEnd(200, '1')],
    ['an empty line', '\n'],
    ['a size that is none', `${MISSING} blob -1\n`],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => read([Buffer.from(said)])).to.throw('no object');
    });
  }

  it('refuses what does not fit into memory', () => {
    expect(() => read([Buffer.from(`${MISSING} blob 99999999999\n`)])).to.throw('memory');
  });
});

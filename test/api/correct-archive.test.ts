import { expect } from 'chai';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { git, makeRepository } from '../helpers/git.js';
import { Correcting, failure, treeOf } from './correcting.js';
import { closeWorkspaces } from './workspaces.js';

describe('the archive of a correction', () => {
  let c: Correcting;

  beforeEach(async () => {
    c = await Correcting.start();
  });

  afterEach(async () => {
    await closeWorkspaces();
  });

  it('moves the very files, and says in the manifest what they are', async () => {
    const decision = await c.worked();
    const inode = lstatSync(join(c.root, 'build/out/a.js')).ino;
    const { archived, correction } = await c.correct(decision);
    expect(archived.map(({ path }) => path).sort()).to.deep.equal([
      ...['build/out/a.js', 'build/out/link', 'notes.log', 'src/lexer.py', 'src/parser.py'],
      ...['src/trace.log', 'undeclared.txt'],
    ]);
    const shown = await c.workspace.showCorrection('p', correction.correction_id ?? '');
    const { archived: files } = shown.correction;
    expect(files.map(({ path, to }) => ({ path, to }))).to.have.deep.members(archived);
    for (const { to, kind, hash, size, mode, path } of files) {
      const at = c.archive(to);
      if (path === 'build/out/link') {
        expect({ kind, target: readlinkSync(at) }).to.deep.equal({ kind: 'link', target: 'a.js' });
        continue;
      }
      expect(git(c.root, 'hash-object', '--no-filters', at)).to.equal(hash);
      expect({ kind, size }).to.deep.equal({ kind: 'file', size: lstatSync(at).size });
      expect(mode).to.equal((lstatSync(at).mode & 0o7777).toString(8).padStart(4, '0'));
    }
    const byPath = new Map(files.map((file) => [file.path, file]));
    expect(lstatSync(c.archive(byPath.get('build/out/a.js')?.to ?? '')).ino).to.equal(inode);
    expect(byPath.get('src/parser.py')).to.include({
      decision_id: decision.decision_id,
      mode: '0640',
      modified_at: '1970-01-01T00:33:20.000Z',
    });
    expect(byPath.get('undeclared.txt')).to.include({ decision_id: null });
    expect((await c.workspace.listCorrections('p')).corrections).to.deep.equal([shown.correction]);
  });

  it('is undone to exactly what was before, done again, and undone again', async () => {
    const decision = await c.worked();
    const before = treeOf(c.root);
    const data = await c.correct(decision);
    const after = treeOf(c.root, false);
    for (let round = 0; round < 2; round++) {
      await c.workspace.undo();
      expect(treeOf(c.root)).to.deep.equal(before);
      expect(existsSync(c.archive('archive'))).to.equal(false);
      expect(await c.statuses()).to.deep.equal({ parser: 'active' });
      expect((await c.workspace.listCorrections('p')).corrections).to.deep.include.members([
        { ...data.correction, status: 'undone', archived: [] },
      ]);
      await c.workspace.redo();
      expect(treeOf(c.root, false)).to.deep.equal(after);
      const { corrections } = await c.workspace.listCorrections('p');
      expect(corrections).to.have.nested.property('[0].status', 'applied');
      expect(corrections[0]?.archived).to.have.lengthOf(7);
    }
    expect(await c.workspace.showPlan('p')).to.include({ reversion_count: 1 });
    expect((await c.workspace.doctor()).problems).to.deep.equal([]);
  });

  it('shows everything in a dry run and changes nothing; its token is for just that', async () => {
    const decision = await c.worked();
    const before = [treeOf(c.root), await c.workspace.showPlan('p'), treeOf(c.archive(''))];
    const dry = await c.correct(decision, { dryRun: true });
    expect([treeOf(c.root), await c.workspace.showPlan('p'), treeOf(c.archive(''))]).to.deep.equal(
      before,
    );
    expect(dry).to.deep.include({ dry_run: true, affected: [decision.decision_id] });
    expect(dry.correction).to.include({
      ...{ correction_id: null, safety_checkpoint_id: null, archive: null },
    });
    const token = dry.rollback?.token ?? '';
    c.write('undeclared.txt', 'changed since\n');
    expect(await failure(c.correct(decision, { token }))).to.include({ code: 'STALE_TOKEN' });
    c.write('undeclared.txt', 'of nobody, but new\n');
    await c.workspace.addArtifacts('p', decision.decision_id, ['other.log']);
    expect(await failure(c.correct(decision, { token }))).to.include({ code: 'STALE_TOKEN' });
    const again = await c.correct(decision, { dryRun: true });
    const done = await c.correct(decision, { token: again.rollback?.token });
    const sorted = done.archived.map(({ path }) => ({ path, to: null }));
    expect(again.archived).to.have.deep.members(sorted);
    expect(again.archived).to.have.lengthOf(8);
  });

  it('moves nothing that is reached through a link, is a repository, or is special', async () => {
    const outside = makeRepository();
    writeFileSync(join(outside, 'precious.log'), 'precious\n');
    symlinkSync(outside, join(c.root, 'build'));
    mkdirSync(join(c.root, 'lib.log'));
    git(join(c.root, 'lib.log'), 'init', '-q');
    c.write('lib.log/file', 'in a repository\n');
    const decision = await c.decide('d', ['build/precious.log', 'lib.log', 'x.log']);
    c.write('x.log', 'x\n');
    const planPath = c.archive(`plans/${(await c.workspace.showPlan('p')).plan_id}.json`);
    const hostile = ['../outside', '.git/config', 'a/.GIT/hooks', '/etc/passwd'];
    const text = readFileSync(planPath, 'utf8');
    writeFileSync(
      planPath,
      text.replace('"x.log"', `"x.log", ${hostile.map((one) => JSON.stringify(one)).join(', ')}`),
    );
    const data = await c.correct(decision);
    expect(data.archived.map(({ path }) => path)).to.deep.equal(['x.log']);
    expect(readFileSync(join(outside, 'precious.log'), 'utf8')).to.equal('precious\n');
    expect(c.read('lib.log/file')).to.equal('in a repository\n');
    expect(data.rollback?.left).to.deep.include.members([
      { path: 'lib.log', reason: 'nested_repository' },
    ]);
    expect(c.warnings).to.deep.include({
      code: 'ARTIFACT_LEFT',
      message: 'artifacts that do not lie in the worktree are left alone',
      paths: hostile,
    });
  });

  it('brings back from checkpoints what somebody took out of the archive', async () => {
    const decision = await c.worked();
    const before = treeOf(c.root);
    const { archived, correction } = await c.correct(decision);
    const to = (path: string): string =>
      c.archive(archived.find((one) => one.path === path)?.to ?? '');
    unlinkSync(to('src/lexer.py'));
    writeFileSync(to('undeclared.txt'), 'written to in the archive\n');
    unlinkSync(to('notes.log'));
    const undone = await c.workspace.undo();
    expect(treeOf(c.root).map((line) => line.split(' ')[0])).to.deep.equal(
      before.map((line) => line.split(' ')[0]).filter((path) => path !== 'notes.log'),
    );
    expect(c.read('undeclared.txt')).to.equal('of nobody, but new\n');
    expect(c.warnings).to.deep.include({
      code: 'ARCHIVE_INCOMPLETE',
      message: 'archived files that no checkpoint holds are gone and cannot come back',
      paths: ['notes.log'],
    });
    const left = archived.find((one) => one.path === 'undeclared.txt')?.to;
    const kept = new Map(undone.retired.map(({ path, to: place }) => [path, place]));
    expect(kept.size).to.equal(2);
    expect(readFileSync(c.archive(kept.get(`.git/piton/${left}`) ?? ''), 'utf8')).to.equal(
      'written to in the archive\n',
    );
    const manifest = kept.get(`.git/piton/${correction.archive}/manifest.json`) ?? '';
    expect(readFileSync(c.archive(manifest), 'utf8')).to.include('"undeclared.txt"');
    expect(existsSync(c.archive('archive'))).to.equal(false);
  });

  it('takes back what was done after it, and keeps what is in the way', async () => {
    const decision = await c.worked();
    const before = treeOf(c.root);
    await c.correct(decision);
    c.write('src/lexer.py', 'lexer\n');
    c.write('src/parser.py', 'another\n');
    c.write('build/out', 'a file now\n');
    c.write('notes.log/inner', 'a folder now\n');
    const undone = await c.workspace.undo();
    expect(treeOf(c.root)).to.deep.equal(before);
    expect(undone.retired.map(({ path }) => path)).to.include('notes.log');
    await c.workspace.redo();
    expect(c.read('src/parser.py')).to.equal('another\n');
  });

  it('leaves an archive whose manifest is damaged, and refuses to empty it', async () => {
    const decision = await c.worked();
    const { correction } = await c.correct(decision);
    const manifest = c.archive(`${correction.archive}/manifest.json`);
    writeFileSync(manifest, '{"version": 1}');
    const id = correction.correction_id ?? '';
    expect(await failure(c.workspace.showCorrection('p', id))).to.include({
      code: 'STATE_DAMAGED',
    });
    expect((await c.workspace.listCorrections('p')).corrections[0]?.archived).to.deep.equal([]);
    expect(c.warnings.map(({ code }) => code)).to.include('STATE_DAMAGED');
    expect(await failure(c.workspace.undo())).to.include({ code: 'STATE_DAMAGED' });
    rmSync(manifest);
    const undone = await c.workspace.undo();
    expect(c.read('src/lexer.py')).to.equal('lexer\n');
    expect(undone.retired).to.have.lengthOf(7);
  });

  it('finds corrections by a prefix, and says when there is none', async () => {
    const { correction } = await c.correct(await c.decide('one'));
    const second = await c.correct(await c.decide('two'));
    const id = correction.correction_id ?? '';
    const shown = await c.workspace.showCorrection('p', id);
    expect(shown.correction).to.deep.equal({ ...correction, archived: [] });
    const common = [...id].findIndex((one, at) => one !== second.correction.correction_id?.[at]);
    const error = await failure(c.workspace.showCorrection('p', id.slice(0, common)));
    expect(error).to.include({ code: 'USAGE' });
    expect(error.details['candidates']).to.have.lengthOf(2);
    expect(await failure(c.workspace.showCorrection('p', 'nope'))).to.include({
      code: 'CORRECTION_NOT_FOUND',
    });
  });
});

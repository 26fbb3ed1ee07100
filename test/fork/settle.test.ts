import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gitDirOf, gitFileContents, layoutPath, lockContents } from '../../src/fork/place.js';
import { settleForks } from '../../src/fork/settle.js';
import { tempDirectory } from '../helpers/temp.js';
import { placeWithNote } from './arena.js';

describe('what a process that died left of a fork', () => {
  it('goes when the worktree is not in its place', () => {
    const place = placeWithNote();
    writeFileSync(join(gitDirOf(place), 'locked'), lockContents(place));
    mkdirSync(join(layoutPath(place), 'sub'), { recursive: true });
    settleForks(place);
    expect(readdirSync(dirname(place.path))).to.deep.equal([]);
    expect(readdirSync(place.commonDir)).to.deep.equal([]);
    expect(readdirSync(place.stateDir)).to.deep.equal([]);
    settleForks(place);
  });

  it('stays when it is, and is unlocked', () => {
    const place = placeWithNote();
    writeFileSync(join(gitDirOf(place), 'locked'), lockContents(place));
    mkdirSync(place.path);
    writeFileSync(join(place.path, '.git'), gitFileContents(place));
    settleForks(place);
    expect(readdirSync(gitDirOf(place))).to.deep.equal([]);
    expect(readdirSync(place.path)).to.deep.equal(['.git']);
  });

  it('is not what a note merely names', () => {
    const place = placeWithNote();
    writeFileSync(join(gitDirOf(place), 'locked'), 'by the user\n');
    mkdirSync(place.path);
    writeFileSync(join(place.path, 'mine'), '');
    const elsewhere = tempDirectory();
    writeFileSync(join(elsewhere, 'mine'), '');
    symlinkSync(elsewhere, layoutPath(place));
    settleForks(place);
    expect(existsSync(join(gitDirOf(place), 'locked'))).to.equal(true);
    expect(existsSync(join(place.path, 'mine'))).to.equal(true);
    expect(existsSync(join(elsewhere, 'mine'))).to.equal(true);
  });

  it('goes when nothing is told of it', () => {
    const place = placeWithNote();
    writeFileSync(join(place.stateDir, 'forks', place.id, 'note'), '');
    mkdirSync(join(gitDirOf(place), 'locked'));
    settleForks(place);
    expect(readdirSync(place.stateDir)).to.deep.equal([]);
    expect(existsSync(gitDirOf(place))).to.equal(true);
  });
});

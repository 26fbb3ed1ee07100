import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutPath, readForkNote } from '../../src/fork/place.js';
import { ID, placeWithNote } from './arena.js';

describe('the note of a fork', () => {
  it('tells all of it', () => {
    const place = placeWithNote();
    expect(readForkNote(ID, place)).to.deep.equal(place);
    expect(layoutPath(place)).to.match(/around\/\.piton-fork-01ARZ/);
  });

  it('is none when piton would not write it', () => {
    const place = placeWithNote();
    const file = join(place.stateDir, 'forks', ID, 'note');
    const good = { version: 1, path: '/a/b', name: 'b' };
    const bad = [
      { ...good, version: 2 },
      { ...good, path: 'a/b' },
      { ...good, path: '/a\0' },
      { ...good, path: 1 },
      { ...good, name: '../x' },
      { ...good, name: '.' },
      { ...good, name: null },
      null,
      7,
    ];
    for (const text of ['', '{"version":1', ...bad.map((one) => JSON.stringify(one))]) {
      writeFileSync(file, text);
      expect(readForkNote(ID, place), text).to.equal(null);
    }
    rmSync(file);
    expect(readForkNote(ID, place)).to.equal(null);
    expect(readForkNote('../..', place)).to.equal(null);
  });
});

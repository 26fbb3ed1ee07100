import { expect } from 'chai';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { PitonError } from '../../src/core/errors.js';
import { Place } from '../../src/watch/place.js';
import { tempDirectory } from '../helpers/temp.js';

describe('watch: where the workspace lies', () => {
  let found: { root: string; gitDir: string };
  let place: Place;

  beforeEach(() => {
    const root = join(tempDirectory(), 'w');
    found = { root, gitDir: join(root, '.git') };
    mkdirSync(found.gitDir, { recursive: true });
    place = new Place(found);
  });

  it('is there as long as nothing happens to it', () => {
    place.assertPresent();
    place.assertSame({ ...found });
    expect(place.root).to.equal(found.root);
  });

  for (const which of ['root', 'gitDir'] as const) {
    it(`is missing without its ${which}, and with another in its place`, () => {
      const path = found[which];
      renameSync(path, `${path}-moved`);
      expect(() => place.assertPresent())
        .to.throw(PitonError, 'was moved or removed')
        .with.property('code', 'WORKSPACE_MISSING');
      mkdirSync(found.gitDir, { recursive: true });
      expect(() => place.assertPresent()).to.throw(PitonError);
    });
  }

  it('is not what is found further up, or nowhere', () => {
    for (const other of [null, { ...found, root: '/' }, { ...found, gitDir: '/g' }]) {
      expect(() => place.assertSame(other)).to.throw(PitonError);
    }
  });
});

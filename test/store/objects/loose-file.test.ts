import { closeSync, readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { isDamage } from '../../../src/store/objects/damage.js';
import { openLoose, readLoose } from '../../../src/store/objects/loose-file.js';
import { hashObject } from '../../../src/store/objects/object-format.js';
import { loosePath } from '../../../src/store/objects/presence.js';
import { thrownBy } from '../../disk/thrown.js';
import {
  ALGORITHMS,
  gitBlob,
  gitObjects,
  makeHistory,
  objectsOf,
  overwrite,
  repositoryOf,
  writeLoose,
} from './samples.js';

const DATA = Buffer.from('some contents\n'.repeat(50));

describe('loose objects', () => {
  for (const algorithm of ALGORITHMS) {
    it(`of git are read (${algorithm})`, () => {
      const repository = repositoryOf(algorithm);
      makeHistory(repository, 2);
      gitBlob(repository, '');
      gitBlob(repository, Buffer.alloc(300_000, 'incompressible'));
      const objects = gitObjects(repository);
      expect(objects.size).to.be.greaterThan(8);
      for (const [oid, expected] of objects) {
        const object = readLoose(loosePath(objectsOf(repository), oid), algorithm, oid);
        expect(`${oid} ${object?.type} ${object?.data.length}`).to.equal(expected);
      }
    });
  }

  it('that are not there are null', () => {
    const path = loosePath(objectsOf(repositoryOf('sha1')), 'a'.repeat(40));
    expect(readLoose(path, 'sha1', 'a'.repeat(40))).to.equal(null);
    expect(openLoose(path)).to.equal(null);
  });

  it('tell their size before they are read', () => {
    const repository = repositoryOf('sha1');
    const oid = gitBlob(repository, DATA);
    const file = openLoose(loosePath(objectsOf(repository), oid));
    closeSync(file?.fd ?? -1);
    expect(file).to.include({ type: 'blob', size: DATA.length, headerSize: 9 });
  });

  it('are damaged wherever they are cut short', () => {
    const repository = repositoryOf('sha1');
    const oid = gitBlob(repository, DATA);
    const path = loosePath(objectsOf(repository), oid);
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length++) {
      overwrite(path, () => whole.subarray(0, length));
      expect(isDamage(thrownBy(() => readLoose(path, 'sha1', oid))), String(length)).to.equal(true);
    }
  });

  it('are damaged wherever a bit has flipped', () => {
    const repository = repositoryOf('sha1');
    const oid = gitBlob(repository, DATA);
    const path = loosePath(objectsOf(repository), oid);
    const whole = readFileSync(path);
    for (let at = 2; at < whole.length; at++) {
      const wrong = Buffer.from(whole);
      wrong.writeUInt8(wrong.readUInt8(at) ^ 4, at);
      overwrite(path, () => wrong);
      expect(isDamage(thrownBy(() => readLoose(path, 'sha1', oid))), String(at)).to.equal(true);
    }
  });

  const texts: Record<string, Buffer> = {
    'of no known type': Buffer.from('file 3\0abc'),
    'of no size': Buffer.from('blob \0abc'),
    'of a size with a leading zero': Buffer.from('blob 03\0abc'),
    'without the end of the header': Buffer.from(`blob 3${' '.repeat(40)}`),
    'with less than they say': Buffer.from('blob 4\0abc'),
    'with more than they say': Buffer.from('blob 2\0abc'),
    'larger than can be read': Buffer.from('blob 99999999999\0abc'),
  };
  for (const [name, text] of Object.entries(texts)) {
    it(`are damaged when ${name}`, () => {
      const oid = hashObject('sha1', 'blob', Buffer.from('abc'));
      const path = writeLoose(repositoryOf('sha1'), oid, deflateSync(text));
      expect(isDamage(thrownBy(() => readLoose(path, 'sha1', oid)))).to.equal(true);
    });
  }

  it('are damaged when something follows, or when they are another object', () => {
    const repository = repositoryOf('sha1');
    const oid = hashObject('sha1', 'blob', Buffer.from('abc'));
    const stored = deflateSync(Buffer.from('blob 3\0abc'));
    const path = writeLoose(repository, oid, Buffer.concat([stored, Buffer.from('x')]));
    expect(isDamage(thrownBy(() => readLoose(path, 'sha1', oid)))).to.equal(true);
    const other = writeLoose(repository, 'b'.repeat(40), stored);
    expect(isDamage(thrownBy(() => readLoose(other, 'sha1', 'b'.repeat(40))))).to.equal(true);
    expect(readLoose(writeLoose(repository, oid, stored), 'sha1', oid)?.type).to.equal('blob');
  });

  it('are read whatever table of codes stands before the header', () => {
    const repository = repositoryOf('sha1');
    const random = Buffer.from(Array.from({ length: 9_000 }, (_, at) => (at * at * 31) % 253));
    const oid = hashObject('sha1', 'blob', random);
    const bytes = Buffer.concat([Buffer.from(`blob ${random.length}\0`), random]);
    for (let level = 0; level <= 9; level++) {
      const path = writeLoose(repository, oid, deflateSync(bytes, { level, strategy: level % 3 }));
      expect(readLoose(path, 'sha1', oid)?.data.equals(random)).to.equal(true);
    }
  });
});

import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { asBytePath, bytePathFromText } from '../../src/core/byte-path.js';
import { MountPoints } from '../../src/disk/mount-points.js';
import { tempDirectory } from '../helpers/temp.js';
import { systemCode } from './thrown.js';

const TABLE = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /proc rw - proc proc rw
36 22 254:0 /data /srv/tree/sub\\040dir rw - ext4 /dev/vda rw
37 36 0:40 / /srv/tree/sub\\040dir/n\\134\xff rw - tmpfs tmpfs rw
`;

describe('MountPoints', () => {
  const points = new MountPoints(TABLE);
  const CASES: [string, string][] = [
    ['/etc/x', ''],
    ['/srv/tree', ''],
    ['/srv/tree/sub', ''],
    ['/srv/tree/sub dir', '/srv/tree/sub dir'],
    ['/srv/tree/sub dir/a/b', '/srv/tree/sub dir'],
    ['/srv/tree/sub dir/n\\\xff/c', '/srv/tree/sub dir/n\\\xff'],
  ];
  for (const [path, expected] of CASES) {
    it(`knows where ${path} is`, () => {
      expect(points.of(asBytePath(path))).to.equal(expected);
    });
  }

  it('reads the table of this system', () => {
    expect(MountPoints.read().of(bytePathFromText('/proc/self/fd'))).to.equal('/proc');
  });

  it('knows of none where there is no table, and says when it cannot be read', () => {
    const directory = tempDirectory();
    expect(MountPoints.read(join(directory, 'none')).of(bytePathFromText('/proc'))).to.equal('');
    mkdirSync(join(directory, 'folder'));
    expect(systemCode(() => MountPoints.read(join(directory, 'folder')))).to.equal('EISDIR');
  });
});

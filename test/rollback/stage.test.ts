import { expect } from 'chai';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { asBytePath } from '../../src/core/byte-path.js';
import { MODE, type FileMode, type OperationOptions } from '../../src/core/types.js';
import type { Areas } from '../../src/rollback/areas.js';
import { stageContents, type StageRequest } from '../../src/rollback/stage.js';
import type { FileState } from '../../src/rollback/steps.js';
import type { ObjectReader } from '../../src/store/object-store.js';
import { areasOf, failure, ID, makeOperation, put, type MemoryObjects } from './operations.js';

interface Scene {
  root: string;
  objects: MemoryObjects;
  staging: string;
  stage(
    requests: StageRequest[],
    options?: OperationOptions,
    objects?: ObjectReader,
  ): Promise<Map<string, FileState>>;
}

function scene(): Scene {
  const { root, stateDir, ...rest } = makeOperation();
  const areas: Areas = areasOf({ root, stateDir, ...rest });
  const { objects } = rest;
  return {
    ...{ root, objects, staging: join(stateDir, 'staging', ID) },
    stage: async (requests, options = {}, reader = objects) => {
      try {
        return await stageContents(requests, areas, reader, options);
      } finally {
        areas.close();
      }
    },
  };
}

function request(
  { objects }: Scene,
  number: number,
  text: string | Buffer,
  mode: FileMode = MODE.file,
): StageRequest {
  const entry = { path: asBytePath(`p${number}`), mode, oid: objects.add(text) };
  return { entry, slot: { area: 0, number }, replaced: null, earlier: null };
}

function statOf(root: string, path: string): BigIntStats {
  return lstatSync(join(root, path), { bigint: true });
}

function like(stat: BigIntStats, changes: Partial<BigIntStats>): BigIntStats {
  return Object.assign(Object.create(stat) as BigIntStats, changes);
}

describe('staging', () => {
  it('writes contents to their slots and says how they look there', async () => {
    const at = scene();
    const large = Buffer.alloc(200_000, 'x');
    const states = await at.stage([request(at, 0, 'zero'), request(at, 7, large)]);
    expect(readFileSync(join(at.staging, '0'), 'utf8')).to.equal('zero');
    expect(readFileSync(join(at.staging, '7')).equals(large)).to.equal(true);
    const { ino, size, mtimeNs } = lstatSync(join(at.staging, '7'), { bigint: true });
    const expected = { ino: String(ino), size: String(size), mtimeNs: String(mtimeNs) };
    expect(states.get('p7')).to.deep.equal(expected);
    expect(states.size).to.equal(2);
  });

  it('gives new files what the umask leaves of their permissions', async () => {
    const at = scene();
    const before = process.umask(0o027);
    try {
      await at.stage([request(at, 0, 'a'), request(at, 1, 'b', MODE.executable)]);
    } finally {
      process.umask(before);
    }
    const modes = ['0', '1'].map((name) => lstatSync(join(at.staging, name)).mode & 0o7777);
    expect(modes).to.deep.equal([0o640, 0o750]);
  });

  it('takes over the permissions of the replaced file, but for the right to run', async () => {
    const at = scene();
    put(at.root, 'old');
    const replaced = like(statOf(at.root, 'old'), { mode: 0o104751n });
    await at.stage([
      { ...request(at, 0, 'a'), replaced },
      { ...request(at, 1, 'b', MODE.executable), replaced },
    ]);
    const modes = ['0', '1'].map((name) => lstatSync(join(at.staging, name)).mode & 0o7777);
    expect(modes).to.deep.equal([0o640, 0o751]);
  });

  it('takes over the owner as far as it may', async () => {
    const at = scene();
    put(at.root, 'old');
    const stat = statOf(at.root, 'old');
    const replaced = like(stat, { uid: 12_345n, gid: 54_321n });
    await at.stage([{ ...request(at, 0, 'a'), replaced }]);
    const { uid, gid } = lstatSync(join(at.staging, '0'));
    const own = [process.getuid?.(), process.getgid?.()];
    expect([uid, gid]).to.deep.equal(own[0] === 0 ? [12_345, 54_321] : own);
  });

  it('takes nothing over from a link', async () => {
    const at = scene();
    put(at.root, 'old');
    const isFile = (): boolean => false;
    const replaced = like(statOf(at.root, 'old'), { mode: 0n, isFile });
    await at.stage([{ ...request(at, 0, 'a'), replaced }]);
    expect(lstatSync(join(at.staging, '0')).mode & 0o400).to.equal(0o400);
  });

  it('makes links of any bytes and follows none', async () => {
    const at = scene();
    const target = Buffer.from('../\xff', 'latin1');
    await at.stage([request(at, 0, target, MODE.link)]);
    const found = readlinkSync(join(at.staging, '0'), { encoding: 'buffer' });
    expect(found.equals(target)).to.equal(true);
  });

  for (const mode of [MODE.file, MODE.link]) {
    it(`ends with a damaged object (${mode.toString(8)})`, async () => {
      const at = scene();
      const bad = request(at, 0, 'a', mode);
      at.objects.damaged.add(bad.entry.oid);
      expect(await failure(at.stage([bad]))).to.include({ code: 'OBJECT_DAMAGED' });
    });

    it(`ends with an object that is no file's contents (${mode.toString(8)})`, async () => {
      const at = scene();
      let stream: Readable | undefined;
      const trees: ObjectReader = {
        algorithm: 'sha1',
        has: () => true,
        read: async () => ({ type: 'tree', data: Buffer.from('outside') }),
        readStream: async () => {
          stream = Readable.from([Buffer.from('outside')]);
          return { type: 'tree', size: 7, stream };
        },
      };
      const error = await failure(at.stage([request(at, 0, 'a', mode)], {}, trees));
      expect(error).to.include({ code: 'OBJECT_DAMAGED' });
      expect(stream?.destroyed ?? true).to.equal(true);
      const written = readdirSync(at.staging).map((name) => lstatSync(join(at.staging, name)).size);
      expect(written.filter((size) => size > 0)).to.deep.equal([]);
    });
  }

  it('writes over nothing that is in a slot', async () => {
    const at = scene();
    await at.stage([]);
    put(at.staging, '0', 'somebody else');
    expect(await failure(at.stage([request(at, 0, 'a')]))).to.include({ code: 'EEXIST' });
    expect(readFileSync(join(at.staging, '0'), 'utf8')).to.equal('somebody else');
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const at = scene();
    const stop = new AbortController();
    const said: string[] = [];
    const requests = Array.from({ length: 150 }, (_, number) => request(at, number, `${number}`));
    await at.stage(requests, {
      onProgress: ({ phase, done, total }) => said.push(`${phase} ${done}/${total}`),
    });
    expect(said).to.deep.equal(['staging 0/150', 'staging 100/150']);
    stop.abort(new Error('enough'));
    const error = await failure(at.stage([request(at, 200, 'x')], { signal: stop.signal }));
    expect(error.message).to.equal('enough');
    expect(existsSync(join(at.staging, '200'))).to.equal(false);
  });
});

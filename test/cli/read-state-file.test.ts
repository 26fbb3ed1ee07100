import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { readStateFile } from '../../src/cli/read-state-file.js';
import { PitonError } from '../../src/core/errors.js';
import { tempDirectory } from '../helpers/temp.js';

const directory = tempDirectory();

async function read(file: string | undefined, stdin: Readable = Readable.from([])) {
  const operation = { signal: new AbortController().signal, onProgress: () => undefined };
  return readStateFile(file, { directory, stdin: () => stdin, operation });
}

async function errorOf(promise: Promise<unknown>): Promise<PitonError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(PitonError);
  return error as PitonError;
}

function stateFile(name: string, content: string | Buffer): string {
  writeFileSync(join(directory, name), content);
  return name;
}

describe('cli: state file', () => {
  it('reads an object from a file where the user stands, or from standard input', async () => {
    expect(await read(stateFile('a.json', '{"a":"ä"}'))).to.deep.equal({ a: 'ä' });
    expect(await read(join(directory, 'a.json'))).to.deep.equal({ a: 'ä' });
    const chunks = [Buffer.from('{"a":"\xc3', 'latin1'), Buffer.from('\xa4"}', 'latin1')];
    expect(await read('-', Readable.from(chunks))).to.deep.equal({ a: 'ä' });
    expect(await read('-', Readable.from(['{"a":1}']))).to.deep.equal({ a: 1 });
    expect(await read(undefined)).to.equal(undefined);
  });

  it('says which file cannot be read', async () => {
    mkdirSync(join(directory, 'folder'));
    for (const file of ['missing', 'folder', 'a.json/x', 'n'.repeat(300)]) {
      const error = await errorOf(read(file));
      expect(error.code, file).to.equal('USAGE');
      expect(error.message).to.include(`--state cannot read ${file}`);
    }
  });

  it('refuses what is no UTF-8, no object, or too large', async () => {
    const latin1 = await errorOf(read(stateFile('latin1', Buffer.from('{"a":"\xe4"}', 'latin1'))));
    expect(latin1.message).to.equal('--state is not UTF-8 text');
    expect((await errorOf(read(stateFile('list', '[1]')))).code).to.equal('USAGE');
    const large = Buffer.alloc(16 * 1024 * 1024 + 1, ' ');
    expect((await errorOf(read(stateFile('large', large)))).message).to.match(/larger than/);
    expect((await errorOf(read('/dev/zero'))).message).to.match(/larger than/);
  });

  it('passes on errors of the system', async () => {
    const broken = new Readable({
      read() {
        this.destroy(Object.assign(new Error('gone'), { code: 'EIO' }));
      },
    });
    const error: unknown = await read('-', broken).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'EIO' });
  });

  it('stops waiting for standard input when told to', async () => {
    const stop = new AbortController();
    const operation = { signal: stop.signal, onProgress: () => undefined };
    const reading = readStateFile('-', { directory, stdin: () => new PassThrough(), operation });
    stop.abort();
    const error: unknown = await reading.catch((thrown: unknown) => thrown);
    expect(error).to.have.property('name', 'AbortError');
  });
});

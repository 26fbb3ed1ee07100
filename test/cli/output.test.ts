import { expect } from 'chai';
import { Writable } from 'node:stream';
import { Output } from '../../src/cli/output.js';

function failing(code: string): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
  });
}

describe('cli: output', () => {
  it('keeps why the output was lost', async () => {
    const output = new Output(failing('ENOSPC'));
    await output.write('text');
    expect(output.failure).to.include({ code: 'ENOSPC' });
    await output.write('more');
    expect(output.failure).to.include({ code: 'ENOSPC' });
  });

  it('does not mind a reader that went away', async () => {
    const output = new Output(failing('EPIPE'));
    await output.write('text');
    expect(output.failure).to.equal(undefined);
  });

  it('does not touch the stream for nothing', async () => {
    const output = new Output(failing('ENOSPC'));
    await output.write('');
    expect(output.failure).to.equal(undefined);
  });

  it('knows whether it is a terminal and how wide', () => {
    const stream = failing('EIO');
    expect(new Output(stream)).to.include({ terminal: false, columns: null });
    expect(new Output(Object.assign(stream, { columns: 90 })).columns).to.equal(null);
    expect(new Output(Object.assign(stream, { isTTY: true })).columns).to.equal(90);
    expect(new Output(Object.assign(failing('EIO'), { isTTY: true })).columns).to.equal(null);
  });
});

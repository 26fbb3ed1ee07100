import { expect } from 'chai';
import { PassThrough } from 'node:stream';
import { confirm } from '../../src/cli/confirm.js';
import { Interruption } from '../../src/cli/interruption.js';

const never = new AbortController().signal;

function terminal(typed: string | null) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  if (typed !== null) input.end(typed);
  return input;
}

async function answer(typed: string): Promise<boolean | null> {
  return confirm('Delete?', terminal(typed), new PassThrough(), never);
}

describe('cli: confirm', () => {
  it('takes yes for yes and all else for no', async () => {
    for (const text of ['y\n', 'yes\n', 'Y\n', ' YES \n'])
      expect(await answer(text)).to.equal(true);
    for (const text of ['n\n', '\n', 'yesterday\n', 'x\ny\n', '']) {
      expect(await answer(text), JSON.stringify(text)).to.equal(false);
    }
  });

  it('asks nobody when standard input is no terminal', async () => {
    const input = Object.assign(terminal('y\n'), { isTTY: false });
    expect(await confirm('Delete?', input, new PassThrough(), never)).to.equal(null);
  });

  it('shows the question, harmless', async () => {
    const output = new PassThrough();
    await confirm('Delete \x1b[2J"x"?', terminal('n\n'), output, never);
    expect(String(output.read())).to.include('Delete \\x1b[2J"x"? [y/N] ');
  });

  it('is ended by a stop', async () => {
    const stop = new AbortController();
    const asked = confirm('Delete?', terminal(null), new PassThrough(), stop.signal);
    stop.abort(new Interruption('SIGINT'));
    const error: unknown = await asked.catch((thrown: unknown) => thrown);
    expect(error).to.have.property('name', 'AbortError');
  });
});

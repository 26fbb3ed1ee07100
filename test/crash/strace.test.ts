import { expect } from 'chai';
import { tempDirectory } from '../helpers/temp.js';
import { rejectionOf } from '../disk/thrown.js';
import { TEST_ENV } from '../helpers/git.js';
import { findPoints } from './strace.js';

describe('a program under strace', () => {
  it('is ended with all that it started when it takes too long', async function () {
    this.timeout(60_000);
    const command = ['sh', '-c', 'sleep 300 & exec sleep 300'];
    const program = { command, cwd: tempDirectory(), env: TEST_ENV, limitMs: 1_000 };
    const error = await rejectionOf(findPoints(program, ['/nowhere']));
    expect(String(error)).to.include('the program failed');
  });
});

import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freeName } from '../../src/fork/make.js';
import { tempDirectory } from '../helpers/temp.js';

describe('the name of a fork for git', () => {
  it('is plain and free', () => {
    const common = tempDirectory();
    mkdirSync(join(common, 'worktrees/attempt'), { recursive: true });
    mkdirSync(join(common, 'worktrees/attempt-2'));
    expect(freeName(common, '/x/attempt')).to.equal('attempt-3');
    expect(freeName(common, '/x/..a b\n')).to.equal('a-b-');
    expect(freeName(common, `/x/${'y'.repeat(200)}`)).to.have.length(64);
    expect(freeName(common, '/x/...')).to.equal('fork');
  });
});

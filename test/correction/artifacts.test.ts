import { expect } from 'chai';
import { asBytePath } from '../../src/core/byte-path.js';
import { artifactsOf } from '../../src/correction/artifacts.js';
import { decision, idOf, somePlan } from './decisions.js';

describe('artifactsOf', () => {
  it('gives those of the decisions that are meant, with their decision', () => {
    const plan = somePlan([
      decision(1, { artifacts: ['a', { base64: '/w==' }] }),
      decision(2, { artifacts: ['b'] }),
      decision(3, { artifacts: ['a'] }),
    ]);
    expect(artifactsOf(plan, [idOf(3), idOf(1), idOf(9)])).to.deep.equal({
      safe: [
        { path: 'a', decisionId: idOf(1) },
        { path: '\xff', decisionId: idOf(1) },
        { path: 'a', decisionId: idOf(3) },
      ],
      unsafe: [],
    });
  });

  it('sorts out paths that lead elsewhere', () => {
    const unsafe = ['..', '../x', 'a/../b', '/etc', 'a//b', '.git', 'a/.GiT/hooks', 'git~1/x'];
    const plan = somePlan([decision(1, { artifacts: ['ok/.gitignore', ...unsafe] })]);
    expect(artifactsOf(plan, [idOf(1)])).to.deep.equal({
      safe: [{ path: 'ok/.gitignore', decisionId: idOf(1) }],
      unsafe: unsafe.map(asBytePath),
    });
  });
});

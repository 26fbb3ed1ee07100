import { expect } from 'chai';
import { expandHome } from '../../../src/store/config/expand-home.js';

describe('expandHome', () => {
  it('puts the home folder in place of a leading tilde', () => {
    expect(expandHome('~/x/y', '/home/me')).to.equal('/home/me/x/y');
    expect(expandHome('~/x', '/home/me/')).to.equal('/home/me/x');
    expect(expandHome('~/x', '/')).to.equal('/x');
    expect(expandHome('~', '/home/me')).to.equal('/home/me');
  });

  it('leaves other paths alone', () => {
    expect(expandHome('/x/~/y', '/home/me')).to.equal('/x/~/y');
    expect(expandHome('x', '/home/me')).to.equal('x');
    expect(expandHome('', '/home/me')).to.equal('');
  });

  it("has no answer for another user's home", () => {
    expect(expandHome('~root/x', '/home/me')).to.equal(undefined);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import {
  escapeControl,
  escapeControlInJson,
  showPath,
} from '../../../src/cli/render/escape-control.js';

/** Code points that change how others are shown, listed once more and by number. */
const DANGEROUS = [
  ...Array.from({ length: 32 }, (_, index) => index),
  ...Array.from({ length: 33 }, (_, index) => 0x7f + index),
  ...[0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff],
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069],
];

function isHarmless(text: string): boolean {
  return [...text].every((character) => !DANGEROUS.includes(character.codePointAt(0) ?? 0));
}

describe('cli: escape control', () => {
  it('escapes everything that commands a terminal', () => {
    expect(escapeControl('a\x1b[31m\n\t\r\x07\x9b\x7f\u202e\u2069b')).to.equal(
      'a\\x1b[31m\\n\\t\\r\\x07\\x9b\\x7f\\u202e\\u2069b',
    );
    for (const code of DANGEROUS) {
      const text = `a${String.fromCodePoint(code)}b`;
      expect(isHarmless(escapeControl(text)), code.toString(16)).to.equal(true);
      expect(isHarmless(escapeControlInJson(JSON.stringify(text))), code.toString(16)).to.equal(
        true,
      );
    }
  });

  it('leaves what people write', () => {
    for (const text of ['naïve', '日本語', '👩‍👩‍👧', 'a b', 'a\\b', 'שלום', '']) {
      expect(escapeControl(text)).to.equal(text);
    }
  });

  it('leaves JSON the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = escapeControlInJson(JSON.stringify(value));
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
        expect(isHarmless(text)).to.equal(true);
      }),
    );
    const dangerous = DANGEROUS.map((code) => String.fromCodePoint(code)).join('');
    expect(JSON.parse(escapeControlInJson(JSON.stringify(dangerous)))).to.equal(dangerous);
  });

  it('shows paths, the bytes that are no text too', () => {
    expect(showPath('src/ä\n')).to.equal('src/ä\\n');
    const base64 = Buffer.from('a\x1b\xff\x80/b', 'latin1').toString('base64');
    expect(showPath({ base64 })).to.equal('a\\x1b\\xff\\x80/b');
  });
});

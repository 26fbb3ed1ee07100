import { expect } from 'chai';
import { readJsonObject, readPairs } from '../../src/cli/json-input.js';
import { PitonError } from '../../src/core/errors.js';

function pairs(...texts: string[]) {
  return readPairs(texts, '--output');
}

function nested(depth: number): string {
  return '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
}

describe('cli: JSON input', () => {
  it('takes values that are JSON as such and all else as text', () => {
    expect(
      pairs('a=1', 'b=true', 'c=null', 'd={"x":[1]}', 'e="1"', 'f=text', 'g=', 'h={x'),
    ).to.deep.equal({
      ...{ a: 1, b: true, c: null, d: { x: [1] }, e: '1', f: 'text', g: '', h: '{x' },
    });
    expect(pairs('k=a=b')).to.deep.equal({ k: 'a=b' });
    expect(pairs('k=1', 'k=2')).to.deep.equal({ k: 2 });
    expect(pairs()).to.equal(undefined);
  });

  it('keeps numbers that it cannot hold exactly as text', () => {
    expect(
      pairs('id=12345678901234567890', 'e=1e999', 'f=1.5', 's=9007199254740991'),
    ).to.deep.equal({
      id: '12345678901234567890',
      e: '1e999',
      f: 1.5,
      s: 9007199254740991,
    });
  });

  it('refuses what is no pair', () => {
    for (const text of ['', 'key', '=value']) {
      expect(() => pairs(text), text)
        .to.throw(PitonError, '--output takes key=value')
        .with.property('hint')
        .that.includes('for example --output tests=12');
    }
  });

  it('refuses keys that reach a prototype', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      expect(() => pairs(`${key}=1`), key).to.throw(PitonError, `must not have the key ${key}`);
    }
    expect(() => pairs('a={"b":[{"__proto__":{}}]}')).to.throw(PitonError, '__proto__');
    expect(() => readJsonObject('{"__proto__":{}}', '--state')).to.throw(PitonError, '__proto__');
    expect(readJsonObject('{"constructor":"x"}', '--state')).to.deep.equal({ constructor: 'x' });
  });

  it('reads objects and nothing else', () => {
    expect(readJsonObject(' {"a": [1]}\n', '--state')).to.deep.equal({ a: [1] });
    for (const text of ['[]', 'null', '"a"', '1']) {
      expect(() => readJsonObject(text, '--state'), text).to.throw(PitonError, 'not a JSON object');
    }
    expect(() => readJsonObject('', '--state')).to.throw(PitonError, '--state is not JSON');
    expect(() => readJsonObject('{a}', '--state')).to.throw(PitonError, '--state is not JSON');
  });

  it('refuses what is nested so deep that writing it would overflow', () => {
    expect(readJsonObject(nested(200), '--state')).to.have.key('a');
    expect(() => readJsonObject(nested(202), '--state')).to.throw(PitonError, 'deeper than 200');
    expect(() => readJsonObject(nested(100_000), '--state')).to.throw(PitonError);
    expect(() => pairs(`a=${nested(202)}`)).to.throw(PitonError, 'deeper than 200');
  });
});

import { expect } from 'chai';
import {
  oneOf,
  orNone,
  readCount,
  readPositive,
  readSeconds,
  readText,
  readWaitMilliseconds,
} from '../../src/cli/values.js';
import { PitonError } from '../../src/core/errors.js';

describe('cli: values', () => {
  it('reads whole numbers and nothing else', () => {
    expect(readCount('0', '--n')).to.equal(0);
    expect(readCount('007', '--n')).to.equal(7);
    expect(readPositive('1', '--n')).to.equal(1);
    for (const text of ['abc', '', '-1', '1.5', '1e3', ' 1', '0x1', 'NaN', '9007199254740993']) {
      expect(() => readCount(text, '--n'), text).to.throw(PitonError, /^--n takes a whole number/);
    }
    expect(() => readPositive('0', '--n')).to.throw(PitonError, '"0"');
  });

  it('reads times', () => {
    const times = { '90': 90, '30s': 30, '5m': 300, '1h': 3_600, '2d': 172_800 };
    for (const [text, seconds] of Object.entries(times)) {
      expect(readSeconds(text, '--every')).to.equal(seconds);
    }
    for (const text of [
      '0',
      '0m',
      '',
      'm',
      '5w',
      '5 m',
      '-5m',
      '1.5h',
      '5M',
      '99999999999999999d',
    ]) {
      expect(() => readSeconds(text, '--every'), text).to.throw(
        PitonError,
        /^--every takes a time/,
      );
    }
  });

  it('reads how long to wait', () => {
    expect(readWaitMilliseconds('0', '--lock-timeout')).to.equal(0);
    expect(readWaitMilliseconds('30', '--lock-timeout')).to.equal(30_000);
    expect(readWaitMilliseconds('0.25', '--lock-timeout')).to.equal(250);
    for (const text of ['-1', 'soon', '', '.5', '5s', '2000001', 'Infinity']) {
      const read = () => readWaitMilliseconds(text, '--lock-timeout');
      expect(read, text).to.throw(PitonError, /takes seconds/);
    }
  });

  it('reads none where there may be none', () => {
    expect(orNone(readCount)('none', '--n')).to.equal(null);
    expect(orNone(readCount)('3', '--n')).to.equal(3);
    expect(() => orNone(readCount)('None', '--n')).to.throw(PitonError);
  });

  it('reads one of a few words', () => {
    const read = oneOf(['auto', 'native']);
    expect(read('native', '--engine')).to.equal('native');
    expect(() => read('toString', '--engine'))
      .to.throw(PitonError, '--engine does not take "toString"')
      .with.property('hint', 'choose one of: auto, native');
  });

  it('refuses empty text', () => {
    expect(readText(' ', '--name')).to.equal(' ');
    expect(() => readText('', '--name')).to.throw(PitonError, '--name is empty');
  });
});

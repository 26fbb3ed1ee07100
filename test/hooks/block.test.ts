import { expect } from 'chai';
import fc from 'fast-check';
import {
  blockLine,
  isBlockBroken,
  isShellScript,
  withBlock,
  withoutBlock,
} from '../../src/hooks/block.js';

const bytes = fc
  .uint8Array({ maxLength: 60 })
  .map((array) => Buffer.from(array).toString('latin1'));

/** Scripts, and what only looks like one. */
const script = fc.oneof(
  bytes,
  fc
    .tuple(
      fc.constantFrom('', '#!/bin/sh', '#!/bin/sh\n', '#!/usr/bin/env bash\r\n', '#!'),
      fc.array(fc.constantFrom('\n', '\r\n', 'exit 0\n', '# note', '\xff', 'cat <<E\nE\n', ' ')),
      fc.constantFrom('', 'exit', 'exit\n'),
    )
    .map(([head, body, end]) => `${head}${body.join('')}${end}`),
);

describe('hooks: block', () => {
  it('goes out of any script without a trace', () => {
    fc.assert(
      fc.property(script, (text) => {
        const installed = withBlock(text, 'piton');
        expect(blockLine(installed)).to.equal('piton');
        expect(withoutBlock(installed).text).to.equal(text);
      }),
    );
  });

  it('is put in once, and brought up to date', () => {
    fc.assert(
      fc.property(fc.option(script), fc.nat(3), (text, folders) => {
        const once = withBlock(text, 'old', folders);
        expect(withBlock(once, 'old', folders)).to.equal(once);
        const renewed = withBlock(once, 'new', 0);
        expect(blockLine(renewed)).to.equal('new');
        expect(withoutBlock(renewed)).to.deep.equal({
          text,
          madeFolders: text === null ? folders : 0,
        });
      }),
    );
  });

  it('stands below the first line, above what may end the script', () => {
    expect(withBlock('#!/bin/bash -e\nexit 1\n', 'piton')).to.match(
      /^#!\/bin\/bash -e\n# >>> piton >>> [^\n]*\npiton\n# <<< piton <<<\nexit 1\n$/,
    );
  });

  it('leaves a file that was made for it and has got more', () => {
    const grown = `${withBlock(null, 'piton', 1)}echo more\n`;
    expect(withoutBlock(grown)).to.deep.equal({
      text: '#!/bin/sh\necho more\n',
      madeFolders: 1,
    });
  });

  it('is only for shell scripts', () => {
    const shells = ['', 'exit', '#!/bin/sh', '#! /bin/sh -e\n', '#!/usr/bin/env -S bash -e\n'];
    for (const text of [...shells, '#!/usr/bin/env zsh\nx', '#!/usr/local/bin/dash\r\n']) {
      expect(isShellScript(text), text).to.equal(true);
    }
    const others = ['#!/usr/bin/env python3\n', '#!/usr/bin/env node\n', '#!/bin/shfmt\n', '#!\n'];
    for (const text of [...others, '\x7fELF\0\0', 'a\0b', '#!/usr/bin/fish\n']) {
      expect(isShellScript(text), text).to.equal(false);
    }
  });

  it('is recognised when half of it is missing', () => {
    const whole = withBlock('x\n', 'piton');
    expect(isBlockBroken(whole)).to.equal(false);
    expect(isBlockBroken('x\n')).to.equal(false);
    expect(isBlockBroken(whole.replace(/# <<<.*\n/, ''))).to.equal(true);
    expect(isBlockBroken(whole.replace(/# >>>.*\n/, ''))).to.equal(true);
    expect(blockLine('x\n')).to.equal(null);
  });
});

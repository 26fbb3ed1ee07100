import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import { keepCompiledCode } from '../../src/cli/code-cache.js';
import { TEST_ENV } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';

const COMPILED = pathToFileURL(join(import.meta.dirname, '../../src/cli/code-cache.js')).href;

/** A program with a small file and a large one, and a cache folder of its own. */
class Program {
  readonly #folder = tempDirectory();
  readonly home = tempDirectory();
  readonly code = join(this.home, '.cache/piton/code');

  constructor() {
    writeFileSync(join(this.#folder, 'small.cjs'), "exports.small = () => 'klein';\n");
    this.write('großß🧗');
    const text =
      `import { createRequire } from 'node:module';\n` +
      `import { keepCompiledCode } from ${JSON.stringify(COMPILED)};\n` +
      `keepCompiledCode(process.env, process.env.HOME, {});\n` +
      `console.log(createRequire(import.meta.url)('./large.cjs').words());\n`;
    writeFileSync(join(this.#folder, 'main.mjs'), text);
  }

  /** Writes the large file, which says a word. */
  write(word: string): void {
    const filling = 'x'.repeat(40_000);
    const text =
      `const { small } = require('./small.cjs');\n` +
      `const names = () => [small(), '${word}', __filename.slice(-9), module.id.slice(-9)];\n` +
      `exports.words = () => names().join(' ');\n/* ${filling} */\n`;
    writeFileSync(join(this.#folder, 'large.cjs'), text);
  }

  /** What it says, from start to end. */
  run(env: NodeJS.ProcessEnv = {}): string {
    const child = spawnSync(process.execPath, [join(this.#folder, 'main.mjs')], {
      cwd: this.#folder,
      env: { ...TEST_ENV, HOME: this.home, ...env },
      encoding: 'utf8',
    });
    expect(child.stderr).to.equal('');
    return child.stdout;
  }

  get kept(): string[] {
    return existsSync(this.code) ? readdirSync(this.code) : [];
  }

  /** The one file of code. */
  get file(): string {
    return join(this.code, this.kept[0] ?? '');
  }
}

/** What is kept with other code, as if V8 had made that of the same source. */
function withCode(kept: Buffer, code: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(crc32(code));
  kept.copy(header, 4, 4, 8);
  return Buffer.concat([header, code]);
}

const SAID = 'klein großß🧗 large.cjs large.cjs\n';

describe('cli: code cache', () => {
  it('keeps the code of large files for this user alone, and uses it', () => {
    const program = new Program();
    expect(program.run()).to.equal(SAID);
    expect(program.kept).to.deep.equal([`large.cjs-${process.version}-${process.arch}`]);
    const first = statSync(program.file);
    expect(first.mode & 0o777).to.equal(0o600);
    expect(statSync(program.code).mode & 0o777).to.equal(0o700);
    expect(program.run()).to.equal(SAID);
    // What is used is not written again.
    expect(statSync(program.file).ino).to.equal(first.ino);
  });

  it('takes nothing that is torn, changed or no file, and writes it anew', () => {
    const program = new Program();
    program.run();
    const whole = readFileSync(program.file);
    const { file } = program;
    const damages = [
      () => truncateSync(file, whole.length - 8),
      () => truncateSync(file, 2),
      () => writeFileSync(file, Buffer.concat([whole.subarray(0, 200), Buffer.alloc(99)])),
      () => writeFileSync(file, withCode(whole, Buffer.from('no code'))),
    ];
    for (const damage of damages) {
      damage();
      expect(program.run()).to.equal(SAID);
      expect(readFileSync(file)).to.have.length.greaterThan(200);
      const { ino } = statSync(file);
      program.run();
      expect(statSync(file).ino).to.equal(ino);
    }
    const elsewhere = join(program.home, 'elsewhere');
    writeFileSync(elsewhere, whole);
    spawnSync('rm', [file]);
    symlinkSync(elsewhere, file);
    expect(program.run()).to.equal(SAID);
    expect(readFileSync(elsewhere)).to.deep.equal(whole);
  });

  it('does not take the code of another source of the same length', () => {
    const program = new Program();
    program.run();
    program.write('gross!!');
    expect(program.run()).to.equal('klein gross!! large.cjs large.cjs\n');
  });

  it('keeps nothing in a workspace', () => {
    const program = new Program();
    const git = join(program.home, '.git');
    for (const make of [() => mkdirSync(git), () => writeFileSync(git, 'gitdir: elsewhere\n')]) {
      make();
      expect(program.run()).to.equal(SAID);
      expect(existsSync(join(program.home, '.cache'))).to.equal(false);
      spawnSync('rm', ['-r', git]);
    }
    program.run();
    expect(program.kept).to.have.length(1);
  });

  it('neither reads nor writes where others can write', () => {
    const program = new Program();
    program.run();
    spawnSync('rm', [program.file]);
    for (const mode of [0o770, 0o707]) {
      chmodSync(program.code, mode);
      expect(program.run()).to.equal(SAID);
      expect(program.kept).to.deep.equal([]);
    }
  });

  it('goes through no link, and takes no folder of another user', () => {
    const program = new Program();
    const parent = join(program.home, '.cache/piton');
    mkdirSync(parent, { recursive: true });
    const other = tempDirectory();
    symlinkSync(other, program.code);
    expect(program.run()).to.equal(SAID);
    expect(readdirSync(other)).to.deep.equal([]);
    if (process.getuid?.() !== 0) return;
    spawnSync('rm', [program.code]);
    mkdirSync(program.code);
    lchownSync(program.code, 4_711, 4_711);
    expect(program.run()).to.equal(SAID);
    expect(program.kept).to.deep.equal([]);
  });

  it('does without where there is no folder to be had', () => {
    const program = new Program();
    writeFileSync(join(program.home, '.cache'), 'a file');
    expect(program.run()).to.equal(SAID);
    const full = new Program();
    mkdirSync(join(full.code, `large.cjs-${process.version}-${process.arch}`), { recursive: true });
    expect(full.run()).to.equal(SAID);
  });

  it('looks in XDG_CACHE_HOME, and nowhere that is relative', () => {
    const program = new Program();
    const cache = tempDirectory();
    program.run({ XDG_CACHE_HOME: cache });
    expect(readdirSync(join(cache, 'piton/code'))).to.have.length(1);
    expect(program.kept).to.have.length(0);
    program.run({ XDG_CACHE_HOME: 'relative' });
    expect(program.kept).to.have.length(1);
    const asked: string[] = [];
    const node = { enableCompileCache: (folder: string) => asked.push(folder) };
    keepCompiledCode({}, 'relative', node);
    keepCompiledCode({ NODE_DISABLE_COMPILE_CACHE: '1' }, cache, node);
    expect(asked).to.deep.equal([]);
    keepCompiledCode({}, cache, node);
    expect(asked).to.deep.equal([join(cache, '.cache/piton/compile')]);
  });

  it('removes what was not written for a month', () => {
    const program = new Program();
    mkdirSync(program.code, { recursive: true, mode: 0o700 });
    const days = (count: number): number => Date.now() / 1_000 - count * 86_400;
    for (const [name, age] of [
      ['old', 31],
      ['new', 29],
    ] as const) {
      writeFileSync(join(program.code, name), '');
      utimesSync(join(program.code, name), days(age), days(age));
    }
    program.run();
    expect(program.kept.toSorted()).to.deep.equal([
      `large.cjs-${process.version}-${process.arch}`,
      'new',
    ]);
  });
});

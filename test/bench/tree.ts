import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const PROJECT = resolve(import.meta.dirname, '../../../..');

/** Bytes of a file, by its place among 16: 4,110 on average, most of them smaller. */
const SIZES = [
  0, 90, 250, 400, 600, 800, 1_100, 1_500, 2_000, 2_600, 3_400, 4_500, 6_000, 8_500, 12_000, 22_020,
];
const FILES_PER_FOLDER = 40;
const FOLDERS_PER_FOLDER = 25;

/** Words that compress as source code does. */
const WORDS = 'const return value of the entries import from function if path name = ( ) ;\n'.split(
  ' ',
);

function text(seed: number, bytes: number): string {
  let state = seed * 2_654_435_761 + 1;
  const words: string[] = [];
  for (let length = 0; length < bytes;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const word = state % 5 === 0 ? state.toString(36) : (WORDS[state % WORDS.length] as string);
    words.push(word);
    length += word.length + 1;
  }
  return words.join(' ').slice(0, bytes);
}

function pathOf(number: number): string {
  const folder = Math.floor(number / FILES_PER_FOLDER);
  const above = Math.floor(folder / FOLDERS_PER_FOLDER);
  return `area${above}/folder${folder}/file${number}.txt`;
}

/** A worktree of which any number of files, all over it, can be changed. */
export class BenchTree {
  readonly root: string;
  readonly #paths: readonly string[];
  protected edits = 0;

  /** @param paths of all its files */
  constructor(root: string, paths: readonly string[]) {
    this.root = root;
    this.#paths = paths;
  }

  get files(): number {
    return this.#paths.length;
  }

  /** Changes files all over the tree; every time to contents that were never there. */
  edit(count: number): void {
    this.edits++;
    for (const path of this.#spread(count)) appendFileSync(path, `edit ${this.edits}\n`);
  }

  /** The contents of what `edit(count)` changes, to see that a rollback did its work. */
  contents(count: number): string {
    return this.#spread(count)
      .map((path) => readFileSync(path, 'latin1'))
      .join('\0');
  }

  #spread(count: number): string[] {
    const step = this.files / count;
    const numbers = Array.from({ length: count }, (_, place) => Math.floor(place * step));
    return numbers.map((number) => join(this.root, this.#paths[number] as string));
  }
}

/** A tree like that of a project in source code, of any size and always the same. */
export class SyntheticTree extends BenchTree {
  static write(root: string, files: number): SyntheticTree {
    const paths = Array.from({ length: files }, (_, number) => pathOf(number));
    for (const [number, path] of paths.entries()) {
      if (number % FILES_PER_FOLDER === 0)
        mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text(number, sizeOf(number)));
    }
    return new SyntheticTree(root, paths);
  }

  /** Gives other files each time new contents of the same length, so that the tree never grows. */
  replace(count: number): void {
    this.edits++;
    const step = Math.floor(this.files / count);
    for (let place = 0; place < count; place++) {
      const number = (place * step + this.edits) % this.files;
      const seed = this.files + this.edits * count + place;
      writeFileSync(join(this.root, pathOf(number)), text(seed, sizeOf(number)));
    }
  }
}

function sizeOf(number: number): number {
  return SIZES[number % SIZES.length] as number;
}

/** What a project is made of: its own sources, and the packages that npm installed for it. */
const REAL_FOLDERS = ['bin', 'docs', 'node_modules', 'src', 'test'];

/** A copy of this project with its packages, none of which an ignore file leaves out. */
export function writeRealTree(root: string): BenchTree {
  for (const name of REAL_FOLDERS) {
    const options = { recursive: true, verbatimSymlinks: true };
    cpSync(join(PROJECT, name), join(root, name), options);
  }
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(root, join(entry.parentPath, entry.name)));
  return new BenchTree(root, paths.sort());
}

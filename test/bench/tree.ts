import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

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

/** A tree like that of a project in source code, of any size and always the same. */
export class SyntheticTree {
  readonly root: string;
  readonly files: number;
  #edits = 0;

  private constructor(root: string, files: number) {
    this.root = root;
    this.files = files;
  }

  static write(root: string, files: number): SyntheticTree {
    for (let number = 0; number < files; number++) {
      const path = join(root, pathOf(number));
      if (number % FILES_PER_FOLDER === 0) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text(number, SIZES[number % SIZES.length] as number));
    }
    return new SyntheticTree(root, files);
  }

  /** Changes files all over the tree; every time to contents that were never there. */
  edit(count: number): void {
    this.#edits++;
    for (const path of this.#spread(count)) appendFileSync(path, `edit ${this.#edits}\n`);
  }

  /** Gives other files each time new contents of the same length, so that the tree never grows. */
  replace(count: number): void {
    this.#edits++;
    const step = Math.floor(this.files / count);
    for (let place = 0; place < count; place++) {
      const number = (place * step + this.#edits) % this.files;
      const seed = this.files + this.#edits * count + place;
      writeFileSync(
        join(this.root, pathOf(number)),
        text(seed, SIZES[number % SIZES.length] as number),
      );
    }
  }

  /** The contents of what `edit(count)` changes, to see that a rollback did its work. */
  contents(count: number): string {
    return this.#spread(count)
      .map((path) => readFileSync(path, 'utf8'))
      .join('\0');
  }

  #spread(count: number): string[] {
    const step = this.files / count;
    const numbers = Array.from({ length: count }, (_, place) => Math.floor(place * step));
    return numbers.map((number) => join(this.root, pathOf(number)));
  }
}

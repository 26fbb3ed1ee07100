/**
 * Changes the files of a folder again and again, in place and by renaming, until it is killed. A
 * version is its number on every line; all are equally long. The log gets a line with the file when
 * a version is begun, and one with file and number once it is whole; `late` after them when it was
 * half written for longer than it should.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [folder = '', log = '', count = '1', first = '1'] = process.argv.slice(2);
const LINES_IN_HALF = 1_024;
const HALF_TIME_MS = 3;
/** A file that rests for so long may well be taken for whole. */
const LATE_MS = 10;

/** Whether it was late. */
async function writeInPlace(path: string, half: string, flags: string): Promise<boolean> {
  const descriptor = openSync(path, flags);
  const begun = performance.now();
  try {
    writeSync(descriptor, half);
    await delay(HALF_TIME_MS);
    writeSync(descriptor, half);
  } finally {
    closeSync(descriptor);
  }
  return performance.now() - begun > LATE_MS;
}

async function write(path: string, half: string, number: number): Promise<boolean> {
  if (number % 3 > 0) {
    // Without cutting off what is there, half of it stays for a moment.
    const flags = number % 3 === 1 && existsSync(path) ? 'r+' : 'w';
    return writeInPlace(path, half, flags);
  }
  writeFileSync(`${path}.new`, half + half);
  renameSync(`${path}.new`, path);
  return false;
}

process.stdout.write('writing\n');
for (let number = Number(first); ; number++) {
  const name = `file-${number % Number(count)}`;
  const version = String(number).padStart(7, '0');
  appendFileSync(log, `${name}\n`);
  const isLate = await write(join(folder, name), `${version}\n`.repeat(LINES_IN_HALF), number);
  appendFileSync(log, `${name} ${version}${isLate ? ' late' : ''}\n`);
  await delay(2);
}

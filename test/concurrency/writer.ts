/**
 * Changes the files of a folder again and again, in place and by renaming, until it is killed. A
 * version is its number on every line. The log gets a line with the file when a version is begun,
 * and one with file and number once it is whole.
 */
import { appendFileSync, closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [folder = '', log = '', count = '1', first = '1'] = process.argv.slice(2);
const HALF_BYTES = 8 * 1024;

async function writeInPlace(path: string, half: string): Promise<void> {
  const descriptor = openSync(path, 'w');
  try {
    writeSync(descriptor, half);
    await delay(3);
    writeSync(descriptor, half);
  } finally {
    closeSync(descriptor);
  }
}

process.stdout.write('writing\n');
for (let number = Number(first); ; number++) {
  const name = `file-${number % Number(count)}`;
  const path = join(folder, name);
  const line = `${number}\n`;
  const half = line.repeat(Math.ceil(HALF_BYTES / line.length));
  appendFileSync(log, `${name}\n`);
  if (number % 3 === 0) {
    writeFileSync(`${path}.new`, half + half);
    renameSync(`${path}.new`, path);
  } else {
    await writeInPlace(path, half);
  }
  appendFileSync(log, `${name} ${number}\n`);
  await delay(2);
}

/**
 * Puts a link to another folder where a folder is, and the folder back, changed, until it is
 * killed. What others put there meanwhile it takes for the folder.
 */
import {
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as next } from 'node:timers/promises';

const [folder = '', aside = '', outside = ''] = process.argv.slice(2);

function ifPossible(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

process.stdout.write('swapping\n');
for (let number = 0; ; number++) {
  ifPossible(() => {
    renameSync(folder, aside);
  });
  ifPossible(() => {
    symlinkSync(outside, folder);
  });
  // A rollback that is undone puts back what it found, which may have been the link.
  if (lstatSync(aside, { throwIfNoEntry: false })?.isDirectory() !== true) {
    rmSync(aside, { force: true });
  }
  mkdirSync(join(aside, 'sub'), { recursive: true });
  writeFileSync(join(aside, 'sub/f'), `${number}\n`);
  await next();
  ifPossible(() => {
    unlinkSync(folder);
  });
  const isBack = ifPossible(() => {
    renameSync(aside, folder);
  });
  if (!isBack) rmSync(aside, { recursive: true, force: true });
  await next();
}

import { closeSync, openSync, writeSync } from 'node:fs';

const [path = '', size = '', pauseMs = '', mode] = process.argv.slice(2);
const fd = openSync(path, mode === 'grow' ? 'a' : 'w');
const LETTERS = 26;
/** Half of the time for which a file must rest to be taken for whole. */
const LATE_MS = 10;

/**
 * In one call: readers see a mix all the same, but none that stands while this process waits. On a
 * busy machine it may have to wait for its turn in the midst of the call; then it says so.
 */
function fill(round: number): void {
  const contents = Buffer.alloc(Number(size), 0x61 + (round % LETTERS));
  const begun = performance.now();
  writeSync(fd, contents, 0, contents.length, mode === 'grow' ? null : 0);
  if (performance.now() - begun > LATE_MS)
    process.stdout.write(`${contents.toString('latin1', 0, 1)}\n`);
}

fill(0);
process.stdout.write('ready\n');
const clock = new Int32Array(new SharedArrayBuffer(4));
// A bound, should the test that started this be killed.
const end = Date.now() + 60_000;
for (let round = 1; Date.now() < end; round++) {
  if (Number(pauseMs) > 0) Atomics.wait(clock, 0, 0, Number(pauseMs));
  fill(round);
}
closeSync(fd);

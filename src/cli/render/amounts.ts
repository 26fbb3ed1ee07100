/** Each unit, the seconds that it has, largest first. */
const AGES: readonly (readonly [unit: string, seconds: number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** How long ago a time was, in its largest unit: `3 minutes ago`. Times to come are `just now`. */
export function ago(iso: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(iso)) / 1_000);
  const age = AGES.find(([, length]) => seconds >= length);
  if (age === undefined) return 'just now';
  return `${count(Math.floor(seconds / age[1]), age[0])} ago`;
}

/** `1 file`, `2 files`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${amount === 1 ? noun : `${noun}s`}`;
}

/** Bytes in the largest unit of 1024 that leaves a number from 1: `1.5 MiB`. */
export function showBytes(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  while (amount >= 1_024 && unit < BYTE_UNITS.length - 1) {
    amount /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** `12 ms`, `1.4 s`. */
export function showDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

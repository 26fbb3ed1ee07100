/** One place to strike: a system call that a first run made. */
export interface Point {
  call: string;
  /** It was the `number`-th of its kind in its thread. */
  number: number;
  /** What the call was given when it was found, as strace shows it. */
  args: string;
  /** On what, but for what is different in every run. */
  what: string;
  /** It was the `nth` on that. */
  nth: number;
}

/** Every call that changes what is on disk. */
const CHANGING_CALLS = [
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat'],
  ...['unlink', 'unlinkat', 'mkdir', 'mkdirat', 'rmdir', 'chmod', 'fchmod', 'fchmodat'],
  ...['write', 'pwrite64', 'writev', 'ftruncate', 'utimensat', 'fchown', 'openat'],
];

/** What may fail although it changes nothing that another process could see. */
const FLUSHING_CALLS = ['fsync', 'fdatasync'];

/** The calls to look for, as strace is told them. */
export function callsToTrace(withFlushes: boolean): string {
  return [...CHANGING_CALLS, ...(withFlushes ? FLUSHING_CALLS : [])].join(',');
}

const LINE = /^(?:\[pid +)?(\d+)?\]? *([a-z0-9_]+)\((.*)$/;
const OPENS_FOR_WRITING = /O_CREAT|O_TRUNC/;
const FAILED = /\) += -1 E[A-Z]+ /;
const FILE = /<(\/[^>]*)>/;
const PATHS = /<\/[^>]*>|"[^"]*"/g;
const TAKES_CONTENTS = /^p?write/;
/** Not known while the call is being made. */
const RESULT = /\) += .*$/;

/** What is different in every run. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/[^<"]*\/piton-test-\w+(?:\/workspace)?/g, ''],
  [/[0-9A-HJKMNP-TV-Z]{26}/g, 'ID'],
  [/objects\/[0-9a-f]{2}\b/g, 'objects/xx'],
  [/\/proc\/self\/fd\/\d+/g, '/fd'],
  [/[-_]\d+[-_](?=[0-9a-f]{8})/g, '-PID-'],
  [/[0-9a-f]{8,}/g, 'HEX'],
];

/** Of a call's arguments the files, so that calls of two runs can be compared. */
export function whatIn(call: string, args: string): string {
  const given = args.replace(RESULT, '');
  const found = TAKES_CONTENTS.test(call) ? (FILE.exec(given)?.[0] ?? '') : given.match(PATHS);
  return VARYING.reduce((text, [form, name]) => text.replace(form, name), String(found));
}

/** A line of strace's report, which begins when the call is made. */
export interface Call {
  thread: number;
  call: string;
  args: string;
}

/** `main`: the thread whose calls these are as long as there is no other. */
export function callIn(line: string, main = 0): Call | null {
  const [, thread, call, args] = LINE.exec(line) ?? [];
  if (call === undefined || args === undefined) return null;
  return { thread: thread === undefined ? main : Number(thread), call, args };
}

/** Counts calls as they come: strace's way, by thread, and by what they are about. */
export class CallCounter {
  readonly #numbers = new Map<string, number>();
  readonly #nths = new Map<string, number>();

  /** The place that a call would have if it came now. */
  next({ thread, call, args }: Call): Point {
    const what = whatIn(call, args);
    const number = (this.#numbers.get(`${thread} ${call}`) ?? 0) + 1;
    return { call, args, what, number, nth: (this.#nths.get(`${call} ${what}`) ?? 0) + 1 };
  }

  count(found: Call): Point {
    const point = this.next(found);
    this.#numbers.set(`${found.thread} ${point.call}`, point.number);
    this.#nths.set(`${point.call} ${point.what}`, point.nth);
    return point;
  }
}

/** The calls of a report that change something below one of the folders. */
export function pointsIn(log: string, folders: readonly string[]): Point[] {
  const counter = new CallCounter();
  const points = new Map<string, Point>();
  for (const line of log.split('\n')) {
    const call = callIn(line);
    if (call === null) continue;
    const point = counter.count(call);
    const { args } = call;
    if (FAILED.test(args) || (call.call === 'openat' && !OPENS_FOR_WRITING.test(args))) continue;
    const isOurs = args.includes('/proc/self/fd/') || folders.some((one) => args.includes(one));
    if (isOurs) points.set(`${point.call} ${point.number}`, point);
  }
  return [...points.values()];
}

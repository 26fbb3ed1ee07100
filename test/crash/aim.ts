import { CallCounter, callIn, type Call, type Point } from './points.js';

/** How many folders of objects are new is as their ids have it. */
const OF_SOME_OBJECT = /objects\/xx/;

function isAt(point: Point, { what, nth }: Point): boolean {
  return point.what === what && (point.nth === nth || OF_SOME_OBJECT.test(what));
}

/** Follows the calls of a run until one has the number of a point. */
export class Aim {
  readonly #counter = new CallCounter();
  readonly #point: Point;
  /** The point as this run came to it. */
  #passed: Point | null = null;

  constructor(point: Point) {
    this.#point = point;
  }

  /** What the call would be if it came now: the point, another one of that number, or neither. */
  sees(call: Call): 'point' | 'number' | null {
    const found = this.#counter.next(call);
    if (call.call !== this.#point.call || found.number !== this.#point.number) return null;
    return isAt(this.#point, found) ? 'point' : 'number';
  }

  /** Whether this is the call that strace strikes at. */
  reaches(call: Call): boolean {
    const seen = this.sees(call);
    const found = this.#counter.count(call);
    if (isAt(this.#point, found)) this.#passed = found;
    return seen !== null;
  }

  /** Where to strike in the next run; null: this was the point. */
  missed(isReached: boolean): Point | null {
    const { number } = this.#point;
    if (isReached && this.#passed?.number === number) return null;
    const guess = isReached ? number + 1 : number - 1;
    return { ...this.#point, number: this.#passed?.number ?? guess };
  }
}

/** A line comes in pieces, and the call that is held up has no end: so long for the next one. */
const PIECE_MS = 200;

/**
 * Reads strace's report as it is written, and gives true once the call is made that strace holds
 * up: a line begins when its call is made.
 */
export class Watch {
  readonly #aim: Aim;
  #rest = '';
  #timer: NodeJS.Timeout | null = null;
  #isReached = false;

  constructor(aim: Aim) {
    this.#aim = aim;
  }

  get isReached(): boolean {
    return this.#isReached;
  }

  read(chunk: string, main: number, reached: () => void): void {
    this.stop();
    const end = (call: Call): void => {
      this.#aim.reaches(call);
      this.#isReached = true;
      reached();
    };
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const call = callIn(line, main);
      if (this.#isReached || call === null) continue;
      if (this.#aim.sees(call) === null) this.#aim.reaches(call);
      else end(call);
    }
    const begun = callIn(this.#rest, main);
    if (this.#isReached || begun === null) return;
    const seen = this.#aim.sees(begun);
    if (seen === 'point') end(begun);
    else if (seen === 'number') this.#timer = setTimeout(end, PIECE_MS, begun);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** How people look at the output. */
export interface View {
  /** Milliseconds since the Unix epoch, for "3 minutes ago". */
  now: number;
  verbose: boolean;
  /** Whether the output is a terminal, which must not see what commands it. */
  terminal: boolean;
  /** Of the terminal; null when there is none and nothing needs to be cut. */
  columns: number | null;
  paint: Paint;
}

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export type Paint = (colour: Colour, text: string) => string;

/** The codes of ECMA-48's "select graphic rendition". */
const CODES: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Colours text for terminals, or leaves it as it is. */
export function paintWith(colours: boolean): Paint {
  if (!colours) return (_, text) => text;
  return (colour, text) => {
    const [on, off] = CODES[colour];
    return text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`;
  };
}

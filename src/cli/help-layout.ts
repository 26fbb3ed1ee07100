/** Readable everywhere; help does not depend on the terminal's width. */
const WIDTH = 80;

/** The right column begins here at the latest; longer left cells get a line of their own. */
const MAX_LEFT = 30;

const GAP = 2;

/** A title with two columns below it: names, and what they are, wrapped. */
export function definitions(
  title: string,
  rows: readonly (readonly [name: string, summary: string])[],
): string {
  if (rows.length === 0) return '';
  const longest = Math.max(...rows.map(([name]) => name.length));
  const left = Math.min(longest, MAX_LEFT) + 2 * GAP;
  const lines = rows.flatMap((row) => definition(row, left));
  return `${title}\n${lines.join('\n')}\n`;
}

/** Words in lines of at most the width, those after the first indented by `indent` spaces. */
export function wrap(text: string, indent: number): string {
  return wrapped(text, WIDTH - indent).join(`\n${' '.repeat(indent)}`);
}

function definition([name, summary]: readonly [string, string], left: number): string[] {
  const [first = '', ...others] = wrapped(summary, WIDTH - left);
  const begin = `${' '.repeat(GAP)}${name}`;
  const more = others.map((line) => ' '.repeat(left) + line);
  if (begin.length + GAP > left) return [begin, ' '.repeat(left) + first, ...more];
  return [begin.padEnd(left) + first, ...more];
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a folder holds: one line a path, with its mode as git knows modes and its contents. */
export interface Fingerprint {
  lines: string[];
  /** SHA-256 of all lines. */
  digest: string;
}

/** Takes in every name, byte, mode, link and empty folder below `root`, but for `.git`. */
export function fingerprint(root: string, leaveOut: readonly string[] = []): Fingerprint {
  const lines: string[] = [];
  walk(Buffer.from(root), '', new Set(['.git', ...leaveOut]), lines);
  return { lines, digest: digestOf(lines.join('\n')) };
}

export function digestOf(contents: string | Buffer): string {
  return createHash('sha256').update(contents).digest('hex');
}

/** Names are bytes: one that is not UTF-8 must not come out as another one. */
function walk(folder: Buffer, below: string, leaveOut: ReadonlySet<string>, lines: string[]): void {
  const names = readdirSync(folder, { encoding: 'buffer' });
  for (const name of names.sort((left, right) => left.compare(right))) {
    const path = `${below}${name.toString('latin1')}`;
    if (leaveOut.has(path)) continue;
    const absolute = Buffer.concat([folder, Buffer.from('/'), name]);
    const stat = lstatSync(absolute);
    if (stat.isSymbolicLink()) {
      lines.push(`link ${path} -> ${readlinkSync(absolute)}`);
    } else if (stat.isDirectory()) {
      lines.push(`folder ${path}`);
      walk(absolute, `${path}/`, leaveOut, lines);
    } else {
      const mode = (stat.mode & 0o100) === 0 ? 'file' : 'executable';
      lines.push(`${mode} ${path} ${digestOf(readFileSync(absolute))}`);
    }
  }
}

/** Lines of one that the other lacks: what a comparison has to show. */
export function differences(left: Fingerprint, right: Fingerprint): string[] {
  const missing = left.lines.filter((line) => !right.lines.includes(line));
  const added = right.lines.filter((line) => !left.lines.includes(line));
  return [...missing.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
}

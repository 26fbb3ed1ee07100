import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** All below a folder: contents, modes and links, by path. */
export function pictureOf(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const lines = names.map((name) => {
    const path = join(directory, name);
    const stat = lstatSync(path);
    const content = stat.isFile()
      ? readFileSync(path, 'latin1')
      : stat.isSymbolicLink()
        ? readlinkSync(path)
        : '';
    return [name, `${stat.mode.toString(8)} ${content}`];
  });
  return Object.fromEntries(lines) as Record<string, string>;
}

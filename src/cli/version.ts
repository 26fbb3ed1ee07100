import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Put in by the build; absent when piton runs as it was compiled. */
declare const PITON_VERSION: string | undefined;

/** The version of piton that is running. */
export function pitonVersion(): string {
  return typeof PITON_VERSION === 'string' ? PITON_VERSION : versionOfPackage();
}

function versionOfPackage(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

import { existsSync, readFileSync } from 'node:fs';

/** Put in by the build; absent when piton runs as it was compiled. */
declare const PITON_VERSION: string | undefined;

/** The version of piton that is running. */
export function pitonVersion(): string {
  return typeof PITON_VERSION === 'string' ? PITON_VERSION : versionOfPackage();
}

function versionOfPackage(): string {
  let file = new URL('package.json', import.meta.url);
  while (!existsSync(file)) file = new URL('../package.json', file);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}

import { isAbsolute, resolve } from 'node:path';
import { PitonError } from '../core/errors.js';
import type { GitConfig } from '../store/repository-types.js';

type Protocol = 'file' | 'git' | 'http' | 'https' | 'ssh';

/** Where another repository is. */
export interface Address {
  /** As git takes it. */
  url: string;
  /** Over which git may reach it: the user's config may lead from one on the net to another. */
  protocols: readonly Protocol[];
}

export interface Places {
  config: GitConfig;
  /** What paths in the repository's config begin at. */
  root: string;
  /** What paths that the user names begin at; absolute. */
  directory: string;
}

const ON_THE_NET: readonly Protocol[] = ['git', 'http', 'https', 'ssh'];

/**
 * The address of a remote: the name of one in git's config, or an address itself.
 * @param direction pushing runs the hooks of a repository on this machine, so a path from the
 * repository's own config, which whoever wrote it chose, will do for fetching alone
 * @throws {PitonError} `USAGE` for what is no address, or one that piton does not go to
 */
export function addressOf(remote: string, direction: 'push' | 'fetch', places: Places): Address {
  const configured = configuredUrl(remote, direction, places.config);
  if (configured === null) return addressAt(remote, places.directory);
  const address = addressAt(configured.url, places.root);
  const isPath = address.protocols.includes('file');
  if (!isPath || direction === 'fetch' || !configured.fromRepository) return address;
  throw new PitonError('USAGE', `the remote ${remote} is a folder that only its config names`, {
    hint: `its hooks would be run; if it is yours, name it: piton push ${address.url}`,
    details: { remote, url: address.url },
  });
}

function configuredUrl(
  remote: string,
  direction: 'push' | 'fetch',
  config: GitConfig,
): { url: string; fromRepository: boolean } | null {
  const keys = direction === 'push' ? ['pushurl', 'url'] : ['url'];
  for (const key of keys.map((name) => `remote.${remote}.${name}`)) {
    const url = config.getAll(key)[0];
    if (url === undefined) continue;
    return { url, fromRepository: config.isFromRepository?.(key) ?? true };
  }
  return null;
}

function addressAt(url: string, base: string): Address {
  // eslint-disable-next-line no-control-regex
  if (url === '' || url.startsWith('-') || /[\x00-\x1f\x7f]/.test(url)) throw notAnAddress(url);
  // `ext::` and its like run programs.
  if (/^[a-z0-9][a-z0-9+.-]*::/i.test(url)) throw notAnAddress(url);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?(.?)/i.exec(url);
  if (scheme !== null) return addressOfScheme(url, scheme[1] ?? '', scheme[2] ?? '');
  // As git tells `host:path` from a path: by the colon before any slash.
  if (!/^[^/]*:/.test(url)) return { url: resolve(base, url), protocols: ['file'] };
  if (/^(?:[^/@]*@)?-/.test(url)) throw notAnAddress(url);
  return { url, protocols: ON_THE_NET };
}

function addressOfScheme(url: string, scheme: string, hostBegins: string): Address {
  const protocol = scheme.toLowerCase();
  if (protocol === 'file') {
    const path = url.slice('file://'.length);
    if (isAbsolute(path)) return { url: path, protocols: ['file'] };
  } else if (ON_THE_NET.some((known) => known === protocol)) {
    if (hostBegins !== '' && hostBegins !== '-') return { url, protocols: ON_THE_NET };
  }
  throw notAnAddress(url);
}

function notAnAddress(url: string): PitonError {
  return new PitonError('USAGE', `piton does not go to ${JSON.stringify(url)}`, {
    hint: 'give the name of a remote, a path, or an https://, http://, ssh:// or git:// address',
    details: { url },
  });
}

import { PitonError } from '../../core/errors.js';

// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|[/.]$|\ufffd/;
const HIDDEN_OR_LOCK = /(?:^|\/)\.|\.lock(?:\/|$)/;

/**
 * Whether a name is one that refs can have: under `refs/` and well-formed as
 * git-check-ref-format(1) says. U+FFFD is not allowed, because it stands
 * for bytes that were not UTF-8, and writing it would make another ref.
 */
export function isRefName(name: string): boolean {
  return name.startsWith('refs/') && !FORBIDDEN.test(name) && !HIDDEN_OR_LOCK.test(name);
}

/** @throws {PitonError} `UNSAFE_PATH` with `details.ref`: a ref's name is a path in the git dir */
export function assertRefName(name: string): void {
  if (isRefName(name)) return;
  throw new PitonError('UNSAFE_PATH', `${JSON.stringify(name)} is not a valid name for a ref`, {
    hint: 'see git-check-ref-format(1) for what a name may hold',
    details: { ref: name },
  });
}

/** @throws {PitonError} `UNSAFE_PATH` unless it is `refs/` or a name of a folder of refs and `/` */
export function assertRefPrefix(prefix: string): void {
  if (prefix === 'refs/') return;
  assertRefName(prefix.endsWith('/') ? prefix.slice(0, -1) : '');
}

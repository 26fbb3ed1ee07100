/**
 * A path from git's configuration with a leading `~/` (or a lone `~`) as the home folder.
 * `~user/…` needs the system's user database and gives undefined.
 */
export function expandHome(value: string, home: string): string | undefined {
  if (!value.startsWith('~')) return value;
  if (value === '~') return home;
  return value.startsWith('~/') ? `${home.replace(/\/+$/, '')}/${value.slice(2)}` : undefined;
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../house/source.js';

const FOLDER = join(ROOT, 'fixtures/hooks');

/** What a host writes to a hook's standard input at an event, in a workspace. */
export function payloadOf(host: string, event: string, workspace: string): string {
  const text = readFileSync(join(FOLDER, host, `${event}.json`), 'utf8');
  return text.replaceAll('@WORKSPACE@', workspace);
}

/** The events of a host that there are payloads of. */
export function recordedEvents(host: string): string[] {
  return readdirSync(join(FOLDER, host)).map((name) => name.replace(/\.json$/, ''));
}

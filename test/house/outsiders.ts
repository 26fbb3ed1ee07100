import type { Finding } from './source.js';

/** The project speaks of itself alone: nothing that only some place or machine understands. */
const OUTSIDERS: readonly { form: RegExp; message: string }[] = [
  { form: /(?:^|[\s([,])(?:[\w-]+(?:\/[\w.-]+)?)?#\d+\b/, message: 'an issue number' },
  { form: new RegExp(`(?<![\\w.])/${'work'}(?![\\w-])`), message: 'a path of one machine' },
  { form: /\bregistry\.\w|\bnpmjs\b|\bdeb\.debian\b/, message: 'the host of a registry' },
];

/** Issue numbers, paths of one machine and hosts of registries, by line. */
export function checkOutsiders(path: string, text: string): Finding[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      OUTSIDERS.filter(({ form }) => form.test(line)).map(
        ({ message }) => `${path}:${index + 1}: ${message}; say the thing itself`,
      ),
    );
}

/** Shorter ones would name something today and something else tomorrow. */
const SHORTEST_PREFIX = 4;

/** Those whose id begins with `prefix` in any case; none when the prefix is too short. */
export function withIdPrefix<T>(
  values: readonly T[],
  idOf: (value: T) => string,
  prefix: string,
): T[] {
  if (prefix.length < SHORTEST_PREFIX) return [];
  const start = prefix.toUpperCase();
  return values.filter((value) => idOf(value).startsWith(start));
}

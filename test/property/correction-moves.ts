import fc from 'fast-check';

/** What somebody does in a workspace with a plan; numbers choose among what is there. */
export type Move =
  | { kind: 'write'; path: string }
  | { kind: 'delete'; at: number }
  | { kind: 'chmod'; at: number }
  | { kind: 'rollback'; at: number }
  | { kind: 'stage' | 'checkpoint' | 'step' | 'context' | 'undo' | 'redo' }
  | { kind: 'decide'; artifacts: string[]; at: number; ahead: number }
  | { kind: 'artifact'; artifacts: string[]; at: number }
  | { kind: 'done' | 'correct' | 'append'; at: number };

const PATHS = ['a', 'b', 'dir', 'dir/c', 'dir/d', 'build/x', 'build/y', 'build/z/w'];
const ARTIFACTS = ['a', 'dir', 'dir/c', 'build', 'build/x', 'build/z', 'never'];

const at = fc.nat({ max: 100 });
const artifacts = fc.uniqueArray(fc.constantFrom(...ARTIFACTS), { maxLength: 2 });

const one: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({ kind: fc.constant('write' as const), path: fc.constantFrom(...PATHS) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('delete' as const, 'chmod' as const, 'rollback' as const),
      at,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(['stage', 'checkpoint', 'step', 'context'] as const)),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constantFrom('undo' as const, 'redo' as const) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ kind: fc.constant('decide' as const), at, artifacts },
      ahead: fc.nat({ max: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('artifact' as const), at, artifacts }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('correct' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('done' as const, 'append' as const), at }),
  },
);

/** Moves of one story, in order: as many as are asked for, since few of them lead nowhere. */
export const moves = (count: number): fc.Arbitrary<Move[]> =>
  fc.array(one, { minLength: 4, maxLength: count, size: 'max' });

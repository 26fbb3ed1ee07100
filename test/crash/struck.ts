import { removeTempDirectory } from '../helpers/temp.js';
import { programOf, workspaceFor, type Operation } from './operations.js';
import type { Point } from './points.js';
import { fileTimes, record, type Recorded } from './record.js';
import type { Outcomes } from './settle.js';
import { hit, type StruckEnd, type TracedProgram } from './strace.js';

/** Where an operation begins, and what it makes of it. */
export interface Course {
  operation: Operation;
  template: string;
  after: Recorded;
}

type Struck<T> = T & { workspace: string; outcomes: Outcomes };

/** Strikes an operation at a point, in a workspace of its own. */
export async function strikeIn<T extends StruckEnd>(
  { operation, template, after }: Course,
  point: Point,
  strike: (program: TracedProgram, point: Point) => Promise<T>,
): Promise<Struck<T>> {
  return hit(point, async (aimed) => {
    const workspace = await workspaceFor(operation, template);
    const outcomes = { before: record(workspace), times: fileTimes(workspace), after };
    const end = await strike(programOf(operation, workspace), aimed);
    if (end.missed !== null) removeTempDirectory(workspace);
    return { ...end, workspace, outcomes };
  });
}

import { z } from 'zod';

const text = (meaning: string) => z.string().min(1).max(10_000).describe(meaning);

export const PLAN = text('id, unique prefix or name of a plan; the current one unless told');

export const CHECKPOINT = text('id, unique prefix or name; latest, latest~2, step:4');

export const REASON = text('why: shown in lists');

export const NAME = text('a name to find the checkpoint by');

const PATH = z.union([z.string().min(1), z.strictObject({ base64: z.base64() })]);

export const PATHS = z
  .array(PATH)
  .min(1)
  .max(10_000)
  .describe('files and folders, relative to the root of the workspace, with /');

export const TOKEN = text('from the preview; refused when anything changed since');

export const STEP = z.int().min(0);

export const VALUES = z.record(z.string(), z.unknown()).describe('values by name, any JSON');

export const LIMIT = z.int().min(1).max(1_000);

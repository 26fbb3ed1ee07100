export { openWorkspace, runHook } from './api/open.js';
export { PitonError } from './core/errors.js';
export type * from './api/data.js';
export type * from './api/hook-data.js';
export type * from './api/types.js';
export type * from './api/workspace.js';
export type { JsonPath } from './core/byte-path.js';
export type { Clock } from './core/clock.js';
export type { ErrorCode } from './core/errors.js';
export type {
  EngineName,
  NotCapturedReason,
  OperationOptions,
  Progress,
  Warning,
} from './core/types.js';

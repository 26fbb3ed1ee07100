/**
 * Why a checkpoint is kept. `run`: what it was taken for may still be running, and roll back to it.
 * `unreadable`: what it is cannot be told, so it stays.
 */
export type KeepReason =
  | 'latest'
  | 'undo'
  | 'redo'
  | 'decision'
  | 'named'
  | 'last'
  | 'within'
  | 'hourly'
  | 'daily'
  | 'run'
  | 'unreadable';

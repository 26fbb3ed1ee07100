/** Every bound in one place. Files from the workspace are hostile until parsed: all are bounded. */
export const LIMITS = {
  gitConfigBytes: 4 * 1024 * 1024,
  gitConfigIncludeDepth: 10,
  gitFileBytes: 64 * 1024,
  ignoreFileBytes: 8 * 1024 * 1024,
  planFileBytes: 256 * 1024 * 1024,
  packedRefsBytes: 256 * 1024 * 1024,
  indexFileBytes: 2 * 1024 * 1024 * 1024 - 1,
  manifestBytes: 256 * 1024 * 1024,
  directoryDepth: 2_000,
  pathBytes: 4_096,
  tagDepth: 16,
  deltaDepth: 4_096,
  unstableReadAttempts: 4,
  lockTakeoverDepth: 8,
  planNameCharacters: 200,
  checkpointNameCharacters: 200,
  reasonCharacters: 1_000,
} as const;

export const DEFAULTS = {
  maxFileSizeBytes: 100 * 1024 * 1024,
  lockTimeoutMs: 30_000,
  gitTimeoutMs: 10 * 60_000,
  maxReversions: 10,
  listLimit: 50,
} as const;

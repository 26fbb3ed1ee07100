/**
 * The hooks of git in which a checkpoint makes sense, and why it is taken there: see githooks(5).
 * Hooks that only look at a message, and those of servers, are not among them.
 */
export const GIT_EVENTS = {
  'pre-commit': 'before a commit',
  'pre-merge-commit': 'before a merge commit',
  'post-commit': 'after a commit',
  'pre-rebase': 'before a rebase',
  'post-rewrite': 'after commits were rewritten',
  'post-checkout': 'after a checkout',
  'post-merge': 'after a merge',
  'pre-push': 'before a push',
  'pre-applypatch': 'before a commit made of a patch',
  'post-applypatch': 'after a commit made of a patch',
} as const;

export type GitEvent = keyof typeof GIT_EVENTS;

export function isGitEvent(name: string): name is GitEvent {
  return Object.hasOwn(GIT_EVENTS, name);
}

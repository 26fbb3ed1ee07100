import { flag, valued } from './option.js';
import { readText } from './values.js';

/** What undo and redo take. */
export const UNDO_OPTIONS = {
  'dry-run': flag('show what would be done, and a token for it'),
  token: valued('<token>', 'only if all is still as the dry run found it', readText),
};

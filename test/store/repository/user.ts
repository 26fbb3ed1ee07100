import { join } from 'node:path';
import type { UserFiles } from '../../../src/store/repository-types.js';
import { TEST_HOME } from '../../helpers/git.js';

/** The surroundings of the tests: what TEST_ENV tells git. */
export const TEST_USER: UserFiles = {
  home: TEST_HOME,
  configHome: join(TEST_HOME, '.config'),
  systemConfig: null,
};

import { takeCoverage } from 'node:v8';

/**
 * Hooks for mocha: what a file's tests covered is written when they have ended. Mocha ends its
 * workers before they could write it when they exit, and then much of it was lost.
 */
export const mochaHooks = {
  afterAll(): void {
    takeCoverage();
  },
};

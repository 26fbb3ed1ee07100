import fc from 'fast-check';

/**
 * For mocha: every run of the suite tries the same random cases, so that one that fails is the
 * change's doing. A file that is run by hand tries others each time.
 */
fc.configureGlobal({ seed: 1, includeErrorInReport: true });

import { findGit, supports } from '../../src/process/git-version.js';
import { registerEngineTests } from './engine.suite.js';
import type { EngineKind } from './bench.js';
import { openGitRefsEngine, openTestEngine, TEST_GIT } from './open-test-engine.js';

function kind(
  name: EngineKind['name'],
  title: string,
  initArgs: string[],
  open: EngineKind['open'] = (repository) => openTestEngine(repository, name),
): EngineKind {
  const filesStorage = !initArgs.some((arg) => arg.includes('reftable'));
  return { title, name, initArgs, filesStorage, open };
}

const { version } = await findGit(TEST_GIT);

registerEngineTests(kind('embedded', 'embedded', []));
registerEngineTests(kind('native', 'native', []));
registerEngineTests(kind('native', 'native, SHA-256', ['--object-format=sha256']));
// As where refs are files and the repository has extensions that only git knows.
registerEngineTests(kind('native', 'native, refs by git', [], openGitRefsEngine));
if (version !== null && supports(version, 'reftable')) {
  registerEngineTests(kind('native', 'native, refs in tables', ['--ref-format=reftable']));
}

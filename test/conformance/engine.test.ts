import { findGit, supports } from '../../src/process/git-version.js';
import { registerEngineTests } from './engine.suite.js';
import type { EngineKind } from './bench.js';
import { openTestEngine, TEST_GIT } from './open-test-engine.js';

function kind(name: EngineKind['name'], title: string, initArgs: string[]): EngineKind {
  const filesStorage = !initArgs.some((arg) => arg.includes('reftable'));
  const open: EngineKind['open'] = (repository) => openTestEngine(repository, name);
  return { title, name, initArgs, filesStorage, open };
}

const { version } = await findGit(TEST_GIT);

registerEngineTests(kind('embedded', 'embedded', []));
registerEngineTests(kind('native', 'native', []));
registerEngineTests(kind('native', 'native, SHA-256', ['--object-format=sha256']));
if (version !== null && supports(version, 'reftable')) {
  registerEngineTests(kind('native', 'native, refs in tables', ['--ref-format=reftable']));
}

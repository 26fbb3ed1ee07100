import { expect } from 'chai';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { EngineName } from '../../src/core/types.js';
import { closeWorkspaces, openTest } from '../api/workspaces.js';
import { git, makeRepository, tryGit } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { ENGINES, makeOutside, pictureOf } from './arena.js';

const HOOKS = [
  ...['reference-transaction', 'pre-commit', 'post-index-change', 'post-checkout', 'post-commit'],
  ...['pre-auto-gc', 'commit-msg', 'prepare-commit-msg', 'fsmonitor-watchman'],
];

function settings(program: string, hooks: string, excludes: string): string {
  return [
    `[core]\n\tfsmonitor = ${program}\n\thooksPath = ${hooks}\n\teditor = ${program}`,
    `\tpager = ${program}\n\tsshCommand = ${program}\n\texcludesFile = ${excludes}`,
    `\taskPass = ${program}\n\tautocrlf = true`,
    `[filter "evil"]\n\tclean = ${program}\n\tsmudge = ${program}\n\tprocess = ${program}`,
    '\trequired = true',
    `[diff]\n\texternal = ${program}`,
    `[diff "evil"]\n\ttextconv = ${program}\n\tcommand = ${program}`,
    `[gpg]\n\tprogram = ${program}\n[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true`,
    `[init]\n\ttemplateDir = ${hooks}`,
    `[alias]\n\tcat-file = !${program}\n\tupdate-ref = !${program}\n\tstatus = !${program}`,
    `[credential]\n\thelper = !${program}`,
    `[pager]\n\tfor-each-ref = ${program}\n[gc]\n\trecentObjectsHook = ${program}\n`,
  ].join('\n');
}

interface Trapped {
  directory: string;
  marker: string;
  outside: string;
}

/** A repository in which every way to have a program run is taken. */
function makeTraps(isIncluded: boolean): Trapped {
  const directory = makeRepository();
  const outside = makeOutside();
  const evil = tempDirectory();
  const marker = join(evil, 'marker');
  const program = join(evil, 'program');
  writeFileSync(program, `#!/bin/sh\ntouch ${marker}\nexit 1\n`, { mode: 0o755 });
  mkdirSync(join(evil, 'hooks'));
  for (const folder of [join(evil, 'hooks'), join(directory, '.git/hooks')]) {
    mkdirSync(folder, { recursive: true });
    for (const name of HOOKS) {
      writeFileSync(join(folder, name), `#!/bin/sh\nexec ${program}\n`, { mode: 0o755 });
    }
  }
  writeFileSync(join(directory, 'f'), 'one\r\ntwo\n');
  writeFileSync(join(directory, '$Id$'), '$Id$\r\n\0\n');
  git(directory, '-c', 'core.hooksPath=/dev/null', 'add', '-A');
  git(directory, '-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'x');
  const attributes = '* filter=evil diff=evil text=auto eol=crlf ident\n';
  writeFileSync(join(directory, '.gitattributes'), attributes);
  mkdirSync(join(directory, '.git/info'), { recursive: true });
  writeFileSync(join(directory, '.git/info/attributes'), attributes);
  const text = settings(program, join(evil, 'hooks'), join(outside, 'precious'));
  const included = join(evil, 'included');
  writeFileSync(included, text);
  const config = join(directory, '.git/config');
  appendFileSync(config, isIncluded ? `[include]\n\tpath = ${included}\n` : text);
  return { directory, marker, outside };
}

/** Every verb of a workspace that reads or writes its repository. */
async function useAll(directory: string, engine: EngineName): Promise<void> {
  const workspace = await openTest(directory, { engine });
  await workspace.init();
  const first = (await workspace.createCheckpoint({ reason: 'first' })).checkpoint;
  const before = pictureOf(directory, ['.git']);
  writeFileSync(join(directory, 'f'), 'changed\r\n');
  rmSync(join(directory, '$Id$'));
  writeFileSync(join(directory, 'new'), 'new\r\n$Id$\n');
  const after = pictureOf(directory, ['.git']);
  const second = (await workspace.createCheckpoint({ reason: 'second' })).checkpoint;
  expect((await workspace.status()).changes).to.deep.equal({ added: 0, modified: 0, deleted: 0 });
  const between = { from: first.checkpoint_id, to: second.checkpoint_id, patch: true };
  expect((await workspace.diffCheckpoints(between)).patch).to.contain('changed');
  await workspace.diffCheckpoints({ from: first.checkpoint_id, patch: true });
  await workspace.showCheckpoint(second.checkpoint_id);
  await workspace.rollback({ checkpoint: first.checkpoint_id });
  expect(pictureOf(directory, ['.git'])).to.deep.equal(before);
  await workspace.undo();
  expect(pictureOf(directory, ['.git'])).to.deep.equal(after);
  await workspace.redo();
  expect(pictureOf(directory, ['.git'])).to.deep.equal(before);
  expect((await workspace.verify({ all: true })).damaged).to.deep.equal([]);
  await workspace.doctor({ repair: true });
  await workspace.recover();
  await workspace.nameCheckpoint(first.checkpoint_id, 'named');
  await workspace.deleteCheckpoint(second.checkpoint_id);
  await workspace.deletePlan(first.plan_id);
}

describe('a hostile config', function () {
  this.timeout(120_000);
  afterEach(closeWorkspaces);

  for (const engine of ENGINES) {
    for (const isIncluded of [false, true]) {
      const how = isIncluded ? 'in a file that is included' : 'in the repository';
      it(`runs nothing and changes no byte: ${how}, ${engine}`, async () => {
        const { directory, marker, outside } = makeTraps(isIncluded);
        for (const args of [['status'], ['diff'], ['add', 'f'], ['update-ref', 'refs/x', 'HEAD']]) {
          appendFileSync(join(directory, 'f'), 'x\n');
          rmSync(marker, { force: true });
          tryGit(directory, args);
          expect(existsSync(marker), `plain git ${args.join(' ')}`).to.equal(true);
        }
        rmSync(marker);
        const picture = pictureOf(outside);
        const config = readFileSync(join(directory, '.git/config'), 'utf8');

        await useAll(directory, engine);

        expect(existsSync(marker)).to.equal(false);
        expect(pictureOf(outside)).to.deep.equal(picture);
        expect(readFileSync(join(directory, '.git/config'), 'utf8')).to.equal(config);
      });
    }
  }
});

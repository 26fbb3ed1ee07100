import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differences, digestOf, fingerprint, type Fingerprint } from './fingerprint.js';
import { prepareProject, type Place } from './project.js';
import { say, Shell } from './shell.js';

/** It is ignored when the checkpoint is taken, so it is nobody's to take away or put back. */
const IGNORED = 'debug.log';

/** The files, and the staging area's file when there is one. */
interface State {
  files: Fingerprint;
  staging: string | null;
}

class Demo {
  readonly #place: Place;
  readonly #shell: Shell;
  readonly #withGit: boolean;

  constructor(place: Place) {
    this.#place = place;
    this.#shell = new Shell(place.workspace, place.env);
    this.#withGit = this.#shell.has('git');
  }

  run(): void {
    this.#begin();
    const before = this.#state('before');
    this.#wreck();
    const wrecked = this.#state('wrecked');
    if (this.#isSame(before, wrecked)) throw new Error('the wrecker did nothing');
    this.#look();
    say('\n== Back to the checkpoint: all of it, or nothing');
    this.#shell.run('piton rollback');
    this.#prove(before, 'every byte, mode, link and empty folder is back', 'after rollback');
    this.#checkIgnored();
    say('\n== Second thoughts');
    this.#shell.run('piton undo');
    this.#prove(wrecked, 'exactly the wreck again', 'after undo');
    this.#shell.run('piton redo');
    this.#prove(before, 'and exactly the project again', 'after redo');
    this.#lookWithoutPiton();
    say('\nAll of this held.');
  }

  #begin(): void {
    say('== A project');
    if (this.#withGit) {
      this.#shell.run('git init -q -b main');
      this.#shell.run('git add -A');
      this.#shell.run('git commit -q -m "a calculator"');
      writeFileSync(join(this.#place.workspace, 'docs/plan.md'), 'half a thought\n');
      this.#shell.run('git add docs/plan.md');
      writeFileSync(join(this.#place.workspace, 'docs/plan.md'), 'a whole thought\n');
    } else {
      say('\n  There is no git here: piton works by itself.');
      this.#shell.run('piton init');
    }
    say('\n== A plan, and a checkpoint before the risky part');
    this.#shell.run('piton plan create --name "faster parser"');
    this.#shell.run('piton step --done 0');
    this.#shell.run('piton checkpoint -m "before the rewrite" --name safe');
  }

  #wreck(): void {
    say('\n== An agent gets confused');
    this.#shell.run('node ../wreck.mjs');
    if (this.#withGit) this.#shell.run('git add -A');
    this.#shell.run('piton step --done 1');
  }

  #look(): void {
    say('\n== What happened?');
    this.#shell.run('piton status');
    this.#shell.run('piton diff --stat');
  }

  #checkIgnored(): void {
    const log = readFileSync(join(this.#place.workspace, IGNORED), 'utf8');
    if (log !== 'started\nall done!\n') throw new Error(`${IGNORED} is not what was written to it`);
    say(`  ${IGNORED} was ignored at the checkpoint: it stays as it is`);
  }

  #lookWithoutPiton(): void {
    say('\n== The checkpoints');
    this.#shell.run('piton log');
    this.#shell.run('piton verify');
    if (!this.#withGit) {
      say('\n  Left out, because there is no git: the same with plain git.');
      return;
    }
    say('\n== The same with plain git, no piton needed');
    const refs = "--glob='refs/piton/checkpoint/*'";
    const form = "--format='%h %s | step %(trailers:key=Piton-Step,valueonly,separator=%x2C)'";
    this.#shell.run(`git log --no-walk ${refs} ${form}`);
    this.#shell.run('git fsck --strict --no-dangling');
    this.#shell.run('git status --short');
  }

  #state(title: string): State {
    const { workspace } = this.#place;
    const index = join(workspace, '.git/index');
    const staging = existsSync(index) ? digestOf(readFileSync(index)) : null;
    const files = fingerprint(workspace, [IGNORED]);
    say(`\n  ${title}: ${files.lines.length} paths, SHA-256 ${files.digest}`);
    if (staging !== null) say(`  staging area: SHA-256 ${staging}`);
    return { files, staging };
  }

  #isSame(left: State, right: State): boolean {
    return left.files.digest === right.files.digest && left.staging === right.staging;
  }

  #prove(expected: State, meaning: string, title: string): void {
    const found = this.#state(title);
    if (!this.#isSame(expected, found)) {
      const lines = differences(expected.files, found.files).map((line) => `\n  ${line}`);
      throw new Error(`${title} something differs:${lines.join('')}`);
    }
    say(`  ${meaning}`);
  }
}

const place = prepareProject(process.env);
try {
  new Demo(place).run();
} catch (error) {
  console.error(`\nThe demo failed: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  rmSync(place.scratch, { recursive: true, force: true, maxRetries: 3 });
}

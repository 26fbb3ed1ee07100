import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeRepository, TEST_ENV } from '../helpers/git.js';

export const PITON = fileURLToPath(new URL('../../../../bin/piton.js', import.meta.url));

type Data = Record<string, unknown>;

/** A workspace in which somebody works with piton, as the user has it. */
export class Story {
  readonly root = makeRepository();

  /** Runs piton to a good end and gives the data. */
  piton(...args: string[]): Data {
    const document = this.#run(args);
    expect(document['ok'], JSON.stringify(document)).to.equal(true);
    return document['data'] as Data;
  }

  /** Runs piton, which must refuse, and gives the error's code. */
  refused(...args: string[]): string {
    const document = this.#run(args);
    expect(document['ok'], JSON.stringify(document)).to.equal(false);
    return (document['error'] as { code: string }).code;
  }

  /** The id of the checkpoint that is taken now. */
  checkpoint(...args: string[]): string {
    const { checkpoint } = this.piton('checkpoint', '--always', ...args);
    return (checkpoint as { checkpoint_id: string }).checkpoint_id;
  }

  /** The id of a decision that is made now. */
  decide(plan: string, question: string, ...artifacts: string[]): string {
    const about = ['--question', question, '--choice', 'so'];
    const declared = artifacts.flatMap((path) => ['--artifact', path]);
    const { decision } = this.piton('plan', 'decision', 'add', plan, ...about, ...declared);
    return (decision as { decision_id: string }).decision_id;
  }

  /** Writes a file; null: deletes it. */
  write(path: string, text: string | null): void {
    const at = join(this.root, path);
    mkdirSync(dirname(at), { recursive: true });
    if (text === null) rmSync(at);
    else writeFileSync(at, text);
  }

  /** A file's text; null when there is none. */
  read(path: string): string | null {
    const at = join(this.root, path);
    return existsSync(at) ? readFileSync(at, 'utf8') : null;
  }

  #run(args: readonly string[]): Data {
    const run = spawnSync(process.execPath, [PITON, '--json', ...args], {
      cwd: this.root,
      env: TEST_ENV,
      encoding: 'utf8',
    });
    return JSON.parse(run.stdout) as Data;
  }
}

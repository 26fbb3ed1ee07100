import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CorrectData } from '../../src/api/correction-data.js';
import type { DecisionData } from '../../src/api/data.js';
import type { CorrectOptions } from '../../src/api/types.js';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import type { Warning } from '../../src/core/types.js';
import { git, makeRepository } from '../helpers/git.js';
import { openTest } from './workspaces.js';

/** Paths with kind, permissions, times and contents; `times` false: without the times. */
export function treeOf(root: string, times = true, path = ''): string[] {
  return readdirSync(join(root, path))
    .filter((name) => name !== '.git')
    .sort()
    .flatMap((name) => {
      const below = path === '' ? name : `${path}/${name}`;
      const at = join(root, below);
      const stat = lstatSync(at);
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isDirectory()) return [`${below}/ ${mode}`, ...treeOf(root, times, below)];
      if (stat.isSymbolicLink()) return [`${below} -> ${readlinkSync(at)}`];
      const time = times ? stat.mtimeMs : '';
      return [`${below} ${mode} ${time} ${readFileSync(at, 'latin1')}`];
    });
}

/** The PitonError that a promise ends with. */
export async function failure(promise: Promise<unknown>): Promise<PitonError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A workspace with a plan `p`, in which decisions are made and corrected. */
export class Correcting {
  readonly root: string;
  readonly workspace: Workspace;
  readonly warnings: Warning[];

  private constructor(root: string, workspace: Workspace, warnings: Warning[]) {
    this.root = root;
    this.workspace = workspace;
    this.warnings = warnings;
  }

  static async start(): Promise<Correcting> {
    const root = makeRepository();
    const warnings: Warning[] = [];
    const workspace = await openTest(root, { onWarning: (warning) => warnings.push(warning) });
    const made = new Correcting(root, workspace, warnings);
    made.write('.gitignore', 'build/\n*.log\n');
    made.write('src/parser.py', 'old\n');
    made.write('run.sh', '#!/bin/sh\n');
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'first');
    await workspace.createPlan({ name: 'p' });
    return made;
  }

  write = (path: string, text: string): void => {
    mkdirSync(join(this.root, path, '..'), { recursive: true });
    writeFileSync(join(this.root, path), text);
  };

  read = (path: string): string => readFileSync(join(this.root, path), 'utf8');

  has = (path: string): boolean =>
    lstatSync(join(this.root, path), { throwIfNoEntry: false }) !== undefined;

  /** A path in the state directory. */
  archive = (path: string): string => join(this.root, '.git/piton', path);

  async decide(question: string, artifacts: string[] = [], parent?: string): Promise<DecisionData> {
    const about = { question, choice: 'so', artifacts, parent };
    return (await this.workspace.addDecision('p', about)).decision;
  }

  async statuses(): Promise<Record<string, string>> {
    const { decisions } = await this.workspace.listDecisions('p');
    return Object.fromEntries(decisions.map(({ question, status }) => [question, status]));
  }

  async correct(
    { decision_id: decision }: DecisionData,
    more: Partial<CorrectOptions> = {},
  ): Promise<CorrectData> {
    const about = { decision, reason: 'too slow', guidance: 'use a library' };
    return this.workspace.correct('p', { ...about, ...more });
  }

  /** Decides, works on it in every way, and gives the decision. */
  async worked(): Promise<DecisionData> {
    const decision = await this.decide('parser', ['src', 'build/out', 'notes.log']);
    this.write('src/parser.py', 'new\n');
    chmodSync(join(this.root, 'src/parser.py'), 0o640);
    utimesSync(join(this.root, 'src/parser.py'), 1_000, 2_000);
    this.write('src/lexer.py', 'lexer\n');
    this.write('src/trace.log', 'ignored, and below an artifact\n');
    this.write('build/out/a.js', 'compiled\n');
    mkdirSync(join(this.root, 'build/out/empty'));
    chmodSync(join(this.root, 'build/out'), 0o700);
    symlinkSync('a.js', join(this.root, 'build/out/link'));
    this.write('build/other.js', 'of nobody\n');
    this.write('notes.log', 'an ignored artifact\n');
    this.write('other.log', 'an ignored file\n');
    this.write('undeclared.txt', 'of nobody, but new\n');
    return decision;
  }
}

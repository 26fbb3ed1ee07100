import { expect } from 'chai';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { openWorkspace } from '../../src/api/open.js';
import type { Workspace } from '../../src/api/workspace.js';
import { PitonError } from '../../src/core/errors.js';
import type { Decision } from '../../src/plan/types.js';
import { openOptions } from '../api/workspaces.js';
import { git, makeRepository } from '../helpers/git.js';
import {
  expectCorrected,
  expectRolledBack,
  expectTakenBack,
  fallenWith,
  type Marked,
  type Moment,
} from './correction-model.js';
import type { Move } from './correction-moves.js';
import { contentsIn, contentsOf, readState, setAsideIn, type State } from './correction-state.js';

/** What undo or redo is to bring back. */
interface Frame {
  state: State;
  correctionId: string | null;
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof PitonError) return error.code;
    throw error;
  }
}

/** A workspace, and beside it what a model says it must be. */
export class CorrectionStory {
  readonly root: string;
  readonly #workspace: Workspace;
  readonly #moments = new Map<string, Moment>();
  readonly #undo: Frame[] = [];
  #redo: Frame[] = [];
  #written = 0;

  private constructor(root: string, workspace: Workspace) {
    this.root = root;
    this.#workspace = workspace;
  }

  static async begin(): Promise<CorrectionStory> {
    const root = makeRepository();
    writeFileSync(join(root, '.gitignore'), 'build/\n');
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'first');
    const workspace = await openWorkspace(openOptions(root));
    await workspace.createPlan({ name: 'p', maxReversions: null, everySteps: 2 });
    return new CorrectionStory(root, workspace);
  }

  async end(): Promise<void> {
    expect((await this.#workspace.doctor()).problems).to.deep.equal([]);
    await this.#workspace.close();
  }

  async make(move: Move): Promise<void> {
    if (move.kind === 'write') this.#write(move.path);
    else if (move.kind === 'delete' || move.kind === 'chmod') this.#change(move.kind, move.at);
    else if (move.kind === 'stage') git(this.root, 'add', '-A');
    else if (move.kind === 'undo') await this.#takeBack(this.#undo, this.#redo, 'undo');
    else if (move.kind === 'redo') await this.#takeBack(this.#redo, this.#undo, 'redo');
    else if (move.kind === 'rollback') await this.#rollBack(move.at);
    else if (move.kind === 'decide') await this.#decide(move);
    else if ('at' in move) await this.#aboutDecision(move);
    else await this.#goOn(move.kind);
  }

  #write(path: string): void {
    const at = join(this.root, path);
    const folder = dirname(at);
    if (lstatSync(folder, { throwIfNoEntry: false })?.isFile() === true) rmSync(folder);
    mkdirSync(folder, { recursive: true });
    rmSync(at, { recursive: true, force: true });
    this.#written += 1;
    // No two contents are the same, so that each can be told wherever it is moved.
    writeFileSync(at, `${path} ${this.#written}\n`);
  }

  #change(kind: 'delete' | 'chmod', index: number): void {
    const names = ['a', 'b', 'dir', 'dir/c', 'dir/d', 'build/x', 'build/y', 'build'];
    const path = pick(
      names.map((name) => join(this.root, name)).filter((one) => existsSync(one)),
      index,
    );
    if (path === undefined) return;
    if (kind === 'delete') rmSync(path, { recursive: true });
    else if (statSync(path).isFile()) chmodSync(path, statSync(path).mode ^ 0o111);
  }

  async #decisions(): Promise<Decision[]> {
    return [...(await this.#workspace.listDecisions('p')).decisions];
  }

  /** What a checkpoint holds is known from when it was taken; one that is reused holds it too. */
  #remember(id: string, state: State, isNew: boolean): void {
    const known = this.#moments.get(id);
    expect(known === undefined, `${id} is new`).to.equal(isNew);
    if (known === undefined) {
      this.#moments.set(id, state);
      return;
    }
    const { files, staged } = known;
    expect({ ...state }).to.deep.include({ files, staged });
  }

  async #goOn(kind: 'checkpoint' | 'step' | 'context'): Promise<void> {
    const before = await readState(this.#workspace, this.root);
    if (kind === 'context') {
      await this.#workspace.setPlan('p', { context: { written: this.#written } });
      return;
    }
    if (kind === 'checkpoint') {
      const { created, checkpoint } = await this.#workspace.createCheckpoint();
      this.#remember(checkpoint.checkpoint_id, before, created);
      if (created) this.#redo = [];
      return;
    }
    const done = before.position.last_completed_step + 1;
    const { checkpoint } = await this.#workspace.completeStep('p', { done, output: { done } });
    this.#redo = [];
    if (checkpoint === null) return;
    const now = await readState(this.#workspace, this.root);
    this.#remember(checkpoint.checkpoint.checkpoint_id, now, checkpoint.created);
  }

  async #decide({ artifacts, at, ahead }: Move & { kind: 'decide' }): Promise<void> {
    const before = await readState(this.#workspace, this.root);
    const standing = before.position.decisions.filter(({ status }) => status !== 'reverted');
    // Every other decision follows from one, if there is any.
    const parent = at % 2 === 0 ? undefined : pick(standing, at)?.decision_id;
    const { created, checkpoint } = await this.#workspace.addDecision('p', {
      ...{ question: 'which', choice: 'so', artifacts, parent },
      step: before.position.last_completed_step + 1 + ahead,
    });
    this.#remember(checkpoint.checkpoint_id, before, created);
    this.#redo = [];
  }

  async #aboutDecision(
    move: Move & { kind: 'artifact' | 'done' | 'correct' | 'append' },
  ): Promise<void> {
    const decision = pick(await this.#decisions(), move.at);
    if (decision === undefined) return;
    const { decision_id: id, status } = decision;
    const about = { decision: id, reason: 'wrong' };
    if (status === 'reverted') {
      expect(await codeOf(this.#workspace.correct('p', about))).to.equal('USAGE');
    } else if (move.kind === 'artifact') {
      await this.#workspace.addArtifacts('p', id, move.artifacts);
    } else if (move.kind === 'done') {
      await this.#workspace.completeDecision('p', id);
    } else if (move.kind === 'append') {
      await this.#workspace.correct('p', { ...about, mode: 'append' });
    } else {
      await this.#correct(decision);
    }
  }

  async #correct(decision: Decision): Promise<void> {
    const { decision_id: id, checkpoint_id: checkpointId } = decision;
    const then = this.#moments.get(checkpointId ?? '');
    if (then === undefined) throw new Error('the decision has no checkpoint');
    await this.#movingBack(async (before) => {
      const data = await this.#workspace.correct('p', { decision: id, reason: 'wrong' });
      const correctionId = data.correction.correction_id ?? '';
      const fallen = fallenWith(before.position, decision).map((one) => one.decision_id);
      expect(data.affected).to.have.members(fallen);
      const now = await readState(this.#workspace, this.root);
      expectCorrected(before, now, then, decision, correctionId);
      return { safetyId: data.rollback?.safety_checkpoint_id, correctionId };
    });
  }

  async #rollBack(index: number): Promise<void> {
    const target = pick([...this.#moments], index);
    if (target === undefined) return;
    const [checkpoint, then] = target;
    await this.#movingBack(async (before) => {
      const data = await this.#workspace.rollback({ checkpoint });
      const now = await readState(this.#workspace, this.root);
      expectRolledBack(before, now, then, checkpoint);
      return { safetyId: data.safety_checkpoint_id, correctionId: null };
    });
  }

  async #movingBack(
    work: (
      before: State,
    ) => Promise<{ safetyId: string | null | undefined; correctionId: string | null }>,
  ): Promise<void> {
    const state = await readState(this.#workspace, this.root);
    const { safetyId, correctionId } = await work(state);
    this.#remember(safetyId ?? '', state, true);
    this.#undo.push({ state, correctionId });
    this.#redo = [];
    await this.#expectNothingLost(state, safetyId ?? '');
  }

  async #takeBack(from: Frame[], to: Frame[], verb: 'undo' | 'redo'): Promise<void> {
    const frame = from.pop();
    if (frame === undefined) {
      expect(await codeOf(this.#workspace[verb]())).to.equal(`NOTHING_TO_${verb.toUpperCase()}`);
      return;
    }
    const state = await readState(this.#workspace, this.root);
    const data = await this.#workspace[verb]();
    const now = await readState(this.#workspace, this.root);
    const status = verb === 'undo' ? 'undone' : 'applied';
    const { correctionId } = frame;
    const marked: Marked | null = correctionId === null ? null : { id: correctionId, status };
    expectTakenBack(state, now, frame.state, marked);
    this.#remember(data.safety_checkpoint_id ?? '', state, true);
    to.push({ state, correctionId });
    await this.#expectNothingLost(state, data.safety_checkpoint_id ?? '');
  }

  /** Each ignored file is where it was, in an archive, in the trash or in the safety checkpoint. */
  async #expectNothingLost(before: State, safetyId: string): Promise<void> {
    const { ignored } = await readState(this.#workspace, this.root);
    const there = new Set([...ignored.values()].map(contentsOf));
    const kept = new Set([...setAsideIn(this.root), ...contentsIn(this.root, safetyId)]);
    for (const [path, what] of before.ignored) {
      const contents = contentsOf(what);
      expect(there.has(contents) || kept.has(contents), `${path} is lost`).to.equal(true);
    }
  }
}

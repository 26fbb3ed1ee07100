import { writeFile } from 'node:fs/promises';
import { pathToJson } from '../core/byte-path.js';
import { PitonError } from '../core/errors.js';
import type { Warning } from '../core/types.js';
import type { Outcome } from './command.js';
import { failureDocument, successDocument } from './documents.js';
import type { GlobalValues } from './global-options.js';
import { Output } from './output.js';
import { NO_PROGRESS, progressLine, type ProgressLine } from './progress.js';
import { escapeControl, showPath } from './render/escape-control.js';
import { renderFailure } from './render/failure.js';
import { listBelow } from './render/lists.js';
import { paintWith, type View } from './render/view.js';
import { variable } from './settings.js';
import type { Surroundings } from './surroundings.js';

/** How the user wants to be told. */
export type Manner = Pick<GlobalValues, 'json' | 'quiet' | 'verbose' | 'no-color'>;

/** The one place that prints: for programs one document, for people text and warnings. */
export class Report {
  /** Of the document; null until a command was recognised. */
  command: string | null = null;
  progress: ProgressLine = NO_PROGRESS;
  readonly #surroundings: Surroundings;
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #warnings: Warning[] = [];
  #manner: Manner;
  /** Where what was asked for goes: standard output, unless that is another program's. */
  #out: Output;
  /** The file that the document goes to, if it is to go to one. */
  #file: string | undefined;
  /** Whether there is a document for each part of the work, and none for the whole. */
  #isLasting = false;
  #lostFile: Error | undefined;

  /** @param manner what the arguments seem to say, before they are understood */
  constructor(surroundings: Surroundings, manner: Manner) {
    this.#surroundings = surroundings;
    this.#stdout = new Output(surroundings.stdout);
    this.#stderr = new Output(surroundings.stderr);
    this.#out = this.#stdout;
    this.#manner = manner;
  }

  /** Standard output is another program's: what is to be told goes to standard error. */
  leaveOutput(): void {
    this.#out = this.#stderr;
  }

  takeOutput(): void {
    this.#out = this.#stdout;
  }

  /** From here on the arguments are understood and work begins. */
  begin(manner: Manner, file: string | undefined, isLasting: boolean): void {
    this.#manner = manner;
    this.#file = file;
    this.#isLasting = isLasting;
    if (!this.#stderr.terminal || manner.quiet) return;
    this.progress = progressLine((text) => void this.#stderr.write(text), this.#surroundings.clock);
  }

  /**
   * People see a warning at once: it may say why there is a wait. So they do beside documents that
   * may never come.
   */
  warn(warning: Warning): void {
    this.#warnings.push(warning);
    if ((this.#manner.json && !this.#isLasting) || this.#manner.quiet) return;
    const view = this.#view(this.#stderr);
    const label = view.paint('yellow', 'warning:');
    const paths = (warning.paths ?? []).map(pathToJson);
    const list = listBelow('paths', paths, view, (path) => [showPath(path)]);
    this.progress.clear();
    void this.#stderr.write(`${label} ${escapeControl(warning.message)}\n${list}`);
  }

  /** The warnings so far; they are told no more. */
  takeWarnings(): Warning[] {
    return this.#warnings.splice(0);
  }

  /** Tells of a part of the work, and of what there was to warn of since the one before. */
  async tell(data: unknown, render: (view: View) => string): Promise<void> {
    const warnings = this.takeWarnings();
    this.progress.clear();
    if (this.#manner.json) await this.#out.write(successDocument(this.command, data, warnings));
    else if (!this.#manner.quiet) await this.#out.write(render(this.#view(this.#out)));
  }

  /** Tells what a command did. @returns the exit code */
  async finish({ data, render, failure, exitCode }: Outcome): Promise<number> {
    const { json, quiet } = this.#manner;
    const told = failure && withDetails(failure, data);
    if (this.#isLasting && json) return exitCode;
    await this.#tellPrograms(() =>
      told === undefined
        ? successDocument(this.command, data, this.#warnings)
        : failureDocument(this.command, told, this.#warnings),
    );
    if (json) return failure?.exitCode ?? exitCode;
    if (!quiet) await this.#out.write(render(this.#view(this.#out)));
    return failure === undefined ? exitCode : this.complain(failure);
  }

  /** Tells why a command failed. @returns the exit code */
  async fail(error: PitonError): Promise<number> {
    await this.#tellPrograms(() => failureDocument(this.command, error, this.#warnings));
    return this.#manner.json ? error.exitCode : this.complain(error);
  }

  async #tellPrograms(document: () => string): Promise<void> {
    if (this.#file === undefined) {
      if (this.#manner.json) await this.#out.write(document());
      return;
    }
    try {
      await writeFile(this.#file, document());
    } catch (error) {
      this.#lostFile = error as Error;
    }
  }

  /** Tells people of an error, whatever standard output is for. @returns the exit code */
  async complain(error: PitonError): Promise<number> {
    await this.#stderr.write(renderFailure(error, this.#view(this.#stderr)));
    return error.exitCode;
  }

  /** What kept the output from arriving where it should; a reader that went away did not. */
  get lostOutput(): Error | undefined {
    return this.#lostFile ?? this.#stdout.failure;
  }

  #view(output: Output): View {
    const { env, clock } = this.#surroundings;
    const colours =
      output.terminal &&
      !this.#manner['no-color'] &&
      variable(env, 'NO_COLOR') === undefined &&
      env['TERM'] !== 'dumb';
    return {
      now: clock.now(),
      verbose: this.#manner.verbose,
      terminal: output.terminal,
      columns: output.columns,
      paint: paintWith(colours),
    };
  }
}

function withDetails({ code, message, hint }: PitonError, data: unknown): PitonError {
  const details = { ...(data as Record<string, unknown>) };
  return new PitonError(code, message, { hint, details });
}

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { positionalsOf, optionsOf } from '../../src/cli/command.js';
import { COMMANDS } from '../../src/cli/command-table.js';
import { GLOBAL_OPTIONS } from '../../src/cli/global-options.js';
import { EXIT_CODE_BY_ERROR } from '../../src/core/errors.js';
import { newPlan } from '../../src/plan/new-plan.js';
import { CHECKS, CHECKS_OF_LOCK } from '../../src/doctor/checks.js';
import { filesBelow, readText, ROOT, sourceOf } from '../house/source.js';

const CLI = readText('docs/reference/cli.md');
const API = readText('docs/reference/api.md');
const FORMAT = readText('docs/FORMAT.md');

/** The parts below headings of the third level, by heading. */
function sectionsOf(text: string): Map<string, string> {
  const parts = text.split(/^### /m).slice(1);
  return new Map(parts.map((part) => [part.split('\n')[0] ?? '', part.split(/^## /m)[0] ?? '']));
}

/** The section about a command: its heading has the command's words between backticks. */
function sectionOf(words: string): string {
  const found = [...sectionsOf(CLI)].find(([heading]) => heading.includes(`\`${words}\``));
  if (found === undefined) throw new Error(`docs/reference/cli.md has no section for ${words}`);
  return found[1];
}

/** The names of the members that an interface of a file declares. */
function membersOf(path: string, name: string): string[] {
  const { ast } = sourceOf(path, readText(path));
  const found = ast.statements.find(
    (node): node is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(node) && node.name.text === name,
  );
  if (found === undefined) throw new Error(`${path} has no interface ${name}`);
  return found.members.flatMap(({ name: member }) =>
    member !== undefined && ts.isIdentifier(member) ? [member.text] : [],
  );
}

function missingIn(text: string, names: readonly string[]): string[] {
  return names.filter((name) => !text.includes(`\`${name}`));
}

describe('docs: reference', () => {
  it('has every command with its options and arguments', async () => {
    for (const entry of COMMANDS) {
      const section = sectionOf(entry.words);
      expect(section, entry.words).to.contain(`\`${entry.name}\``);
      const command = await entry.load();
      for (const [option] of Object.entries(optionsOf(command, entry.form))) {
        if (option === 'plan') continue;
        expect(section, `--${option} of ${entry.words}`).to.contain(`--${option}`);
      }
      for (const [argument] of positionalsOf(command, entry.form)) {
        expect(section, `<${argument}> of ${entry.words}`).to.match(
          new RegExp(`<${argument}>|<plan> …`),
        );
      }
    }
  });

  it('has no command that does not exist', () => {
    const known = COMMANDS.map(({ words }) => words);
    for (const heading of sectionsOf(CLI).keys()) {
      const named = [...heading.matchAll(/`([^`]+)`/g)].map(([, words]) => words);
      expect(known).to.include.members(named);
    }
  });

  it('has every option of all commands, error code and check', () => {
    expect(
      missingIn(
        CLI,
        Object.keys(GLOBAL_OPTIONS).map((name) => `--${name}`),
      ),
    ).to.be.empty;
    const rows = CLI.split('\n').filter((line) => /^\| \d /.test(line));
    for (const [code, exit] of Object.entries(EXIT_CODE_BY_ERROR)) {
      const row = rows.find((line) => line.startsWith(`| ${exit} `));
      expect(row, code).to.contain(`\`${code}\``);
    }
    const checks = [...CHECKS, ...CHECKS_OF_LOCK].map(({ name }) => name);
    expect(missingIn(sectionOf('doctor'), checks)).to.be.empty;
  });

  it('has every verb and option of the library', () => {
    expect(missingIn(API, membersOf('src/api/workspace.ts', 'Workspace'))).to.be.empty;
    const interfaces = [
      'OpenOptions',
      'InitOptions',
      'PlanOptions',
      'PlanSetOptions',
      'StepOptions',
      'DecisionOptions',
      'CorrectOptions',
      'CheckpointCreateOptions',
      'CheckpointListOptions',
      'CheckpointDiffOptions',
      'RollbackOptions',
      'HookOptions',
      'HookInstallOptions',
      'HookChangeOptions',
      'HookRunOptions',
      'AttemptOptions',
      'PushOptions',
      'BundleOptions',
    ];
    for (const name of interfaces) {
      expect(missingIn(API, membersOf('src/api/types.ts', name)), name).to.be.empty;
    }
  });

  it('has every key that the command line gives', () => {
    const data = [
      'CheckpointData',
      'CheckpointCreateData',
      'CheckpointShowData',
      'CheckpointDiffData',
      'ChangeData',
      'RollbackData',
      'AttemptData',
      'PushData',
      'FetchData',
      'BundleCreateData',
      'DecisionData',
      'DecisionAddData',
      'ResumeData',
      'StatusData',
      'RecoverData',
      'VerifyData',
      'DoctorData',
      'HookData',
      'HooksStatusData',
      'HooksChangeData',
      'HookRunData',
    ];
    for (const name of data) {
      const file = name.startsWith('Hook') ? 'hook-data' : 'data';
      const missing = membersOf(`src/api/${file}.ts`, name).filter((key) => !CLI.includes(key));
      expect(missing, name).to.be.empty;
    }
    for (const name of ['CorrectData', 'CorrectionData', 'ArchivedFileData']) {
      const keys = membersOf('src/api/correction-data.ts', name);
      expect(
        keys.filter((key) => !CLI.includes(key)),
        name,
      ).to.be.empty;
    }
  });

  it('has every field of a plan file', () => {
    const fields = Object.keys(newPlan({ id: '01JV5K3T7Q8X9Y2Z4A6B8C0D1E', now: 0 }));
    expect(missingIn(FORMAT, fields)).to.be.empty;
  });
});

describe('docs: links', () => {
  it('lead to files and headings that are there', () => {
    const documents = ['README.md', ...filesBelow('docs', '.md')];
    for (const document of documents) {
      for (const [, target = ''] of readText(document).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const file = join(dirname(join(ROOT, document)), path);
        expect(existsSync(file), `${document}: ${target}`).to.equal(true);
        if (anchor === undefined) continue;
        expect(anchorsOf(readFileSync(file, 'utf8')), `${document}: ${target}`).to.include(anchor);
      }
    }
  });
});

/** Anchors as forges make them of headings. */
function anchorsOf(text: string): string[] {
  const headings = text.match(/^#+ .*$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\d\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

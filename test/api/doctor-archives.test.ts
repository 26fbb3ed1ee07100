import { expect } from 'chai';
import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import type { DoctorData } from '../../src/api/data.js';
import { PitonError } from '../../src/core/errors.js';
import { Correcting } from './correcting.js';
import { closeWorkspaces, openTest } from './workspaces.js';

describe('doctor: archives', () => {
  let c: Correcting;
  let folder: string;

  beforeEach(async () => {
    c = await Correcting.start();
    const { correction } = await c.correct(await c.worked());
    folder = correction.archive ?? '';
  });

  afterEach(async () => {
    await closeWorkspaces();
  });

  async function problems(repair = false): Promise<string[]> {
    const told = ({ problems: found }: DoctorData): string[] =>
      found.map(({ check, severity, message, repaired }) =>
        [check, severity, message.replace(c.archive(''), ''), ...(repaired ? ['repaired'] : [])]
          .join(': ')
          .replaceAll(folder, 'A'),
      );
    try {
      return told(await c.workspace.doctor({ repair }));
    } catch (error) {
      if (error instanceof PitonError) return told(error.details as unknown as DoctorData);
      throw error;
    }
  }

  it('finds nothing wrong with a whole one, also when it is undone', async () => {
    expect(await problems()).to.deep.equal([]);
    await c.workspace.undo();
    expect(await problems()).to.deep.equal([]);
  });

  it('names files that are gone, were written to, or are nobody knows what', async () => {
    const { corrections } = await c.workspace.listCorrections('p');
    const to = (path: string): string =>
      corrections[0]?.archived.find((one) => one.path === path)?.to ?? '';
    unlinkSync(c.archive(to('notes.log')));
    writeFileSync(c.archive(to('undeclared.txt')), 'longer than it was before, by far\n');
    writeFileSync(c.archive(`${folder}/files/stranger`), '');
    const short = (path: string): string => to(path).replace(folder, 'A');
    expect(await problems()).to.have.members([
      `archives: must: ${short('notes.log')}, which was "notes.log", is gone`,
      `archives: should: ${short('undeclared.txt')}, which was "undeclared.txt", ` +
        'has been written to since',
      'archives: should: A/files/stranger is not in the manifest; look at it and remove it',
    ]);
  });

  it('sets a damaged manifest aside, after which the correction can be undone', async () => {
    const manifest = c.archive(`${folder}/manifest.json`);
    const text = readFileSync(manifest, 'utf8').replace('"notes.log"', '".git/hooks/pre-commit"');
    writeFileSync(manifest, text);
    const [found = ''] = await problems();
    expect(found).to.match(/^archives: must: the manifest A\/manifest\.json is damaged: /);
    const repaired = await problems(true);
    expect(repaired[0]).to.equal(`${found}: repaired`);
    expect(repaired[1]).to.match(/^archives: should: .*A holds 7 files .* has no manifest/);
    expect(readFileSync(`${manifest}.damaged-1`, 'utf8')).to.equal(text);
    expect((await c.workspace.undo()).retired).to.have.lengthOf(7);
  });

  it('says what is wrong with manifests of every kind, and refuses newer ones', async () => {
    const manifest = c.archive(`${folder}/manifest.json`);
    const whole = JSON.parse(readFileSync(manifest, 'utf8')) as { items: object[] };
    const broken: [unknown, RegExp][] = [
      ['', /Unexpected end/],
      ['null', /null/],
      [{ ...whole, version: undefined }, /no version/],
      [{ ...whole, version: 0 }, /no version/],
      [{ ...whole, plan_id: 'x' }, /another correction/],
      [{ ...whole, correction_id: 'x' }, /another correction/],
      [{ ...whole, items: undefined }, /a list is missing/],
      [{ ...whole, folders: [null] }, /not as it should be/],
      [{ ...whole, folders: [{ path: 'x', mode: '99' }] }, /not as it should be/],
      [{ ...whole, items: [...whole.items, whole.items[0]] }, /an id twice/],
    ];
    const wrong = [
      ...[{ id: -1 }, { id: 0.5 }, { id: '1' }, { decision_id: 1 }, { decision_id: 'x' }],
      ...[{ kind: 'folder' }, { size: 'x' }, { hash: 'xyz' }, { hash: 1 }, { mode: 'rw' }],
      ...[{ mode: 420 }, { modified_at: 0 }, { kind: undefined }],
    ];
    for (const part of wrong) {
      broken.push([{ ...whole, items: [{ ...whole.items[0], ...part }] }, /not as it should be/]);
    }
    for (const [value, problem] of broken) {
      writeFileSync(manifest, typeof value === 'string' ? value : JSON.stringify(value));
      expect((await problems())[0], String(problem)).to.match(problem);
    }
    writeFileSync(manifest, JSON.stringify({ ...whole, version: 2 }));
    expect((await problems())[0]).to.match(/could not be checked: .* of another version/);
  });

  it('tells of an archive whose plan is gone, and keeps it', async () => {
    const { plan_id: planId } = await c.workspace.deletePlan('p');
    const place = c.archive(`archive/${planId}`);
    expect(c.warnings.slice(-1)).to.deep.equal([
      {
        code: 'ARCHIVES_KEPT',
        message:
          `what its corrections archived stays, 7 files in ${place}; ` +
          'take what you need and delete the folder',
      },
    ]);
    const native = await openTest(c.root, { engine: 'native' });
    expect(await native.gc()).to.include({ swept: 0 });
    const [found] = await problems();
    expect(found).to.match(/holds 7 files \(\d+ bytes\) of a plan that is gone; take what you/);
    rmSync(c.archive(`${folder}/files`), { recursive: true });
    expect(await problems()).to.deep.equal([]);
  });
});

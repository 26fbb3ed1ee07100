import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Publication } from '../../../src/store/objects/publication.js';
import { systemCode } from '../../disk/thrown.js';
import { tempDirectory } from '../../helpers/temp.js';

function moves(folder: string, ...names: string[]): { from: string; to: string }[] {
  return names.map((name) => {
    const move = { from: join(folder, `tmp-${name}`), to: join(folder, name) };
    writeFileSync(move.from, `new ${name}`);
    return move;
  });
}

describe('a publication', () => {
  it('renames in order and can be withdrawn', () => {
    const folder = tempDirectory();
    const publication = new Publication();
    publication.place(moves(folder, 'a', 'b'));
    publication.place(moves(folder, 'c'));
    expect(readFileSync(join(folder, 'b'), 'utf8')).to.equal('new b');
    publication.withdraw();
    for (const name of ['a', 'b', 'c']) expect(existsSync(join(folder, name))).to.equal(false);
  });

  it('leaves what was there before it', () => {
    const folder = tempDirectory();
    writeFileSync(join(folder, 'a'), 'old');
    const publication = new Publication();
    publication.place(moves(folder, 'a', 'b'));
    publication.withdraw();
    expect(readFileSync(join(folder, 'a'), 'utf8')).to.equal('new a');
    expect(existsSync(join(folder, 'b'))).to.equal(false);
  });

  it('leaves what another process has touched, with all that belongs to it', () => {
    const folder = tempDirectory();
    const publication = new Publication();
    publication.place(moves(folder, 'pack', 'idx'));
    publication.place(moves(folder, 'other'));
    utimesSync(join(folder, 'pack'), 5, 5);
    publication.withdraw();
    expect(existsSync(join(folder, 'pack'))).to.equal(true);
    expect(existsSync(join(folder, 'idx'))).to.equal(true);
    expect(existsSync(join(folder, 'other'))).to.equal(false);
  });

  it('is withdrawn when it stopped in the middle', () => {
    const folder = tempDirectory();
    const publication = new Publication();
    const [first, second] = moves(folder, 'a', 'b');
    rmSync(second?.from ?? '');
    expect(systemCode(() => publication.place([first, second] as never))).to.equal('ENOENT');
    publication.withdraw();
    expect(existsSync(join(folder, 'a'))).to.equal(false);
  });

  it('removes the folders made for it when they are empty', () => {
    const folder = tempDirectory();
    const publication = new Publication();
    for (const name of ['empty', 'full', 'gone']) {
      mkdirSync(join(folder, name));
      publication.addFolder(join(folder, name));
    }
    writeFileSync(join(folder, 'full/x'), '');
    rmSync(join(folder, 'gone'), { recursive: true });
    publication.withdraw();
    expect(existsSync(join(folder, 'empty'))).to.equal(false);
    expect(existsSync(join(folder, 'full/x'))).to.equal(true);
  });

  it('tells when a folder cannot be removed', () => {
    const folder = tempDirectory();
    writeFileSync(join(folder, 'file'), '');
    const publication = new Publication();
    publication.addFolder(join(folder, 'file'));
    expect(
      systemCode(() => {
        publication.withdraw();
      }),
    ).to.equal('ENOTDIR');
  });
});

import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { BytePath } from '../../src/core/byte-path.js';
import { git, makeRepository } from '../helpers/git.js';
import { tempDirectory } from '../helpers/temp.js';
import { asNobody, blobId, bytePath, paths, scan, shown } from './scanning.js';

describe('worktree: scan, what is captured', () => {
  it('is every file, link and empty folder, in byte order', async () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'a/deep/er'), { recursive: true });
    mkdirSync(join(root, 'empty/also'), { recursive: true });
    const files = ['a.txt', 'a/deep/er/x', 'a-b', 'a0', 'B', 'z'];
    for (const name of files) writeFileSync(join(root, name), name);
    chmodSync(join(root, 'z'), 0o755);
    chmodSync(join(root, 'B'), 0o655);
    symlinkSync('nowhere', join(root, 'link'));
    const found = await scan(root);
    expect(shown(found)).to.deep.equal([
      '100644 B',
      '100644 a-b',
      '100644 a.txt',
      '100644 a/deep/er/x',
      '100644 a0',
      '40000 empty/also/',
      '120000 link',
      '100755 z',
    ]);
    expect(found.entries.find(({ path }) => path === 'a0')?.oid).to.equal(blobId('a0'));
    expect(found.hashedFiles).to.equal(7);
    expect(found.notCaptured).to.deep.equal([]);
  });

  it('is the empty tree when there is nothing', async () => {
    const found = await scan(tempDirectory());
    expect(found.entries).to.deep.equal([]);
    expect(found.tree).to.equal('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
  });

  it('is tracked files that a rule ignores, and no other ignored ones', async () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'build/kept/deep'), { recursive: true });
    mkdirSync(join(root, 'build/other/empty'), { recursive: true });
    writeFileSync(join(root, '.gitignore'), 'build/\n*.log\n!build/kept/\n');
    for (const name of ['a.log', 'b.log', 'build/x', 'build/kept/deep/t', 'build/kept/u']) {
      writeFileSync(join(root, name), name);
    }
    const before = lstatSync(join(root, 'b.log'), { bigint: true });
    const tracked = ['a.log', 'build/kept/deep/t'];
    const found = await scan(root, { tracked });
    expect(paths(found)).to.deep.equal(['.gitignore', 'a.log', 'build/kept/deep/t']);
    expect(found.ignored).to.have.members(['b.log', 'build/other', 'build/x', 'build/kept/u']);
    expect(lstatSync(join(root, 'b.log'), { bigint: true })).to.deep.equal(before);

    const without = await scan(root);
    expect(paths(without)).to.deep.equal(['.gitignore']);
    expect(without.ignored).to.have.members(['a.log', 'b.log', 'build']);
    const all = await scan(root, { includeIgnored: true });
    expect(all.entries).to.have.lengthOf(7);
    expect(all.ignored).to.deep.equal([]);
  });

  it('keeps an ignored folder that is asked for itself, also when it is empty', async () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'out/inner'), { recursive: true });
    const sources = { exclude: [bytePath('out')] };
    expect(shown(await scan(root, { sources, tracked: ['out/inner'] }))).to.deep.equal([
      '40000 out/inner/',
    ]);
    expect(shown(await scan(root, { sources, tracked: ['out'] }))).to.deep.equal(['40000 out/']);
    expect(shown(await scan(root, { sources }))).to.deep.equal([]);
  });

  it('obeys .pitonignore over .gitignore, and piton.exclude over both', async () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, '.gitignore'), '*.a\n');
    writeFileSync(join(root, '.pitonignore'), '!x.a\n*.b\n');
    writeFileSync(join(root, 'd/.pitonignore'), '!y.b\n');
    for (const name of ['x.a', 'y.a', 'x.b', 'd/y.b', 'd/x.b', 'x.c', 'd/z.c']) {
      writeFileSync(join(root, name), '');
    }
    const sources = { exclude: [bytePath('*.c'), bytePath('/d/.pitonignore')] };
    const captured = ['.gitignore', '.pitonignore', 'd/y.b', 'x.a'];
    expect(paths(await scan(root, { sources }))).to.deep.equal(captured);
  });

  it('is bytes as they are, whatever attributes and config say', async () => {
    const root = makeRepository();
    git(root, 'config', 'core.autocrlf', 'true');
    git(root, 'config', 'filter.lfs.clean', 'tr a-z A-Z');
    git(root, 'config', 'filter.lfs.required', 'true');
    const lines = '*.bin filter=lfs diff=lfs -text\n*.txt text eol=crlf\n*.id ident\n';
    const contents = {
      '.gitattributes': lines,
      'a.bin': 'lower',
      'b.txt': 'one\r\ntwo\n',
      'c.id': '$Id: 0 $\r\n',
      'utf16.txt': Buffer.from('\ufeffwide', 'utf16le'),
      nul: Buffer.from([0, 1, 2, 255]),
    };
    for (const [name, data] of Object.entries(contents)) writeFileSync(join(root, name), data);
    const { entries } = await scan(root);
    for (const [name, data] of Object.entries(contents)) {
      expect(entries.find(({ path }) => path === name)?.oid, name).to.equal(blobId(data));
    }
  });

  it('is names as bytes', async () => {
    const root = tempDirectory();
    const name = Buffer.from([0x66, 0xff, 0xfe, 0x0a, 0x22]);
    const folder = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xe9])]);
    mkdirSync(folder);
    writeFileSync(Buffer.concat([folder, Buffer.from('/'), name]), 'odd');
    symlinkSync(name, Buffer.concat([folder, Buffer.from('/l')]));
    const { entries } = await scan(root);
    expect(entries.map(({ path }) => path)).to.deep.equal([
      `\xe9/${name.toString('latin1')}`,
      '\xe9/l',
    ]);
    expect(entries.map(({ oid }) => oid)).to.deep.equal([blobId('odd'), blobId(name)]);
  });

  it('is links as links, followed nowhere', async () => {
    const outside = tempDirectory();
    writeFileSync(join(outside, 'secret'), 'secret');
    const root = tempDirectory();
    mkdirSync(join(root, 'dir'));
    const links = {
      dangling: 'gone/for/good',
      'dir/loop': '..',
      self: 'self',
      'to-dir': outside,
      'to-file': join(outside, 'secret'),
      '.gitignore': join(outside, 'rules'),
    };
    writeFileSync(join(outside, 'rules'), '*\n');
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, name));
    const { entries, notCaptured } = await scan(root);
    expect(shown({ entries })).to.have.members(Object.keys(links).map((name) => `120000 ${name}`));
    for (const { path, oid } of entries) {
      expect(oid).to.equal(blobId(links[path as keyof typeof links]));
    }
    expect(notCaptured).to.deep.equal([]);
  });
});

describe('worktree: scan, what is not captured', () => {
  it('is told with its reason and size', async () => {
    const root = tempDirectory();
    spawnSync('mkfifo', [join(root, 'fifo')]);
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    writeFileSync(join(root, 'large'), 'x'.repeat(11));
    writeFileSync(join(root, 'just'), 'x'.repeat(10));
    writeFileSync(join(root, 'git~1'), 'ntfs');
    mkdirSync(join(root, 'd/.GIT/hooks'), { recursive: true });
    symlinkSync('x'.repeat(20), join(root, '.gitmodules'));
    symlinkSync('x'.repeat(20), join(root, 'long-link'));
    const { entries, notCaptured } = await scan(root, { maxFileSize: 10 });
    server.close();
    expect(shown({ entries })).to.deep.equal(['40000 d/', '100644 just', '120000 long-link']);
    expect(notCaptured).to.have.deep.members([
      { path: 'fifo', reason: 'special_file' },
      { path: 'socket', reason: 'special_file' },
      { path: 'large', reason: 'too_large', size: 11 },
      { path: 'git~1', reason: 'unsafe_name', size: 4 },
      { path: 'd/.GIT', reason: 'unsafe_name' },
      { path: '.gitmodules', reason: 'unsafe_name', size: 20 },
    ]);
  });

  it('is a device', function () {
    const root = tempDirectory();
    if (spawnSync('mknod', [join(root, 'null'), 'c', '1', '3']).status !== 0) return this.skip();
    return scan(root).then(({ notCaptured }) => {
      expect(notCaptured).to.deep.equal([{ path: 'null', reason: 'special_file' }]);
    });
  });

  it('is what may not be read', async () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'closed'));
    mkdirSync(join(root, 'listed'));
    mkdirSync(join(root, 'mixed'));
    const files = ['closed/a', 'listed/b', 'mixed/secret', 'mixed/open'];
    for (const name of files) writeFileSync(join(root, name), 'data');
    chmodSync(join(root, 'mixed/secret'), 0o000);
    chmodSync(join(root, 'listed'), 0o744);
    chmodSync(join(root, 'closed'), 0o700);
    chmodSync(root, 0o755);
    const { entries, notCaptured } = await asNobody(() => scan(root));
    expect(paths({ entries })).to.include.members(['mixed/open']);
    expect(paths({ entries })).not.to.include.members(['mixed/secret']);
    expect(notCaptured).to.have.deep.members([
      { path: 'closed', reason: 'unreadable' },
      { path: 'listed/b', reason: 'unreadable' },
      { path: 'mixed/secret', reason: 'unreadable', size: 4 },
    ]);
  });

  it('fails when the workspace itself cannot be listed', async () => {
    const root = tempDirectory();
    chmodSync(root, 0o700);
    const failed = await asNobody(() => scan(root).catch((error: unknown) => error));
    expect(failed).to.include({ code: 'EACCES' });
    rmSync(root, { recursive: true });
    expect(await scan(root).catch((error: unknown) => error)).to.include({
      code: 'WORKSPACE_MISSING',
    });
  });
});

describe('worktree: scan, repositories inside', () => {
  it('captures their files and leaves their .git alone', async () => {
    const root = tempDirectory();
    const nested = join(root, 'vendor/lib');
    mkdirSync(nested, { recursive: true });
    git(nested, 'init', '-q', '-b', 'main');
    writeFileSync(join(nested, 'a'), 'a');
    mkdirSync(join(root, 'sub/.git'), { recursive: true });
    writeFileSync(join(root, 'sub/b'), 'b');
    mkdirSync(join(root, 'worktree'));
    writeFileSync(join(root, 'worktree/.git'), 'gitdir: /nowhere\n');
    const seen: BytePath[] = [];
    const found = await scan(root, { onNestedRepository: (folder) => seen.push(folder) });
    expect(shown(found)).to.deep.equal(['100644 sub/b', '100644 vendor/lib/a', '40000 worktree/']);
    expect(found.nestedRepositories).to.deep.equal(['sub', 'vendor/lib', 'worktree']);
    expect(seen).to.deep.equal(found.nestedRepositories);
    expect(readFileSync(join(nested, '.git/HEAD'), 'utf8')).to.equal('ref: refs/heads/main\n');
  });

  it('does not take the repository of the root, or staging folders, for its files', async () => {
    const root = makeRepository();
    mkdirSync(join(root, 'elsewhere'));
    writeFileSync(join(root, 'elsewhere/HEAD'), '');
    mkdirSync(join(root, `.piton-staging-01JPXN0000000000000000PXAN`));
    mkdirSync(join(root, '.piton-staging-short'));
    const { dev, ino } = lstatSync(join(root, 'elsewhere'), { bigint: true });
    const found = await scan(root, { skippedFolders: new Set([`${dev}:${ino}`]) });
    expect(shown(found)).to.deep.equal(['40000 .piton-staging-short/']);
    expect(found.nestedRepositories).to.deep.equal([]);
    expect(found.notCaptured).to.deep.equal([]);
  });
});

describe('worktree: scan, its course', () => {
  it('tells how far it is and stops when told to', async () => {
    const root = tempDirectory();
    for (let file = 0; file < 4_100; file++) writeFileSync(join(root, `${file}`), '');
    const phases = new Map<string, number>();
    await scan(root, {
      onProgress: ({ phase, done, total }) => {
        phases.set(phase, Math.max(done, phases.get(phase) ?? 0));
        if (phase === 'hashing') expect(total).to.equal(4_100);
      },
    });
    expect([...phases.keys()]).to.deep.equal(['scanning', 'hashing']);
    expect(phases.get('hashing')).to.equal(4_000);

    for (const phase of ['scanning', 'hashing']) {
      const abort = new AbortController();
      const reason = new Error(`stopped while ${phase}`);
      const onProgress = (progress: { phase: string }): void => {
        if (progress.phase === phase) abort.abort(reason);
      };
      const stopped = scan(root, { signal: abort.signal, onProgress });
      expect(await stopped.catch((error: unknown) => error)).to.equal(reason);
    }
  });
});

import { expect } from 'chai';
import { renderDiff } from '../../../src/cli/render/diff.js';
import { DIFF } from '../samples.js';
import { lines, PLAIN, TERMINAL } from './views.js';

const NOTHING = { from: DIFF.from, to: DIFF.to, changes: [] };

describe('cli: differences for people', () => {
  it('gives the patch as it is to files and pipes, so that it can be applied', () => {
    expect(renderDiff(DIFF, 'patch', PLAIN)).to.equal(DIFF.patch);
  });

  it('shows the patch to terminals coloured and harmless', () => {
    const patch = `${DIFF.patch}+\x1b]0;x\x07\n\\ No newline at end of file\n-last`;
    expect(renderDiff({ ...DIFF, patch }, 'patch', TERMINAL)).to.equal(
      lines(
        '\x1b[1mdiff --git a/a.txt b/a.txt\x1b[22m',
        '\x1b[1m--- a/a.txt\x1b[22m',
        '\x1b[1m+++ b/a.txt\x1b[22m',
        '\x1b[36m@@ -1 +1,2 @@\x1b[39m',
        '\x1b[31m-a\x1b[39m',
        '\x1b[32m+\tb\\r\x1b[39m',
        ' c',
        '\x1b[32m+\\x1b]0;x\\x07\x1b[39m',
        '\\ No newline at end of file',
        '\x1b[31m-last\x1b[39m',
      ),
    );
  });

  it('shows the files with a letter each, as git does', () => {
    expect(renderDiff(DIFF, 'name-status', PLAIN)).to.equal(
      lines('M  a.txt', 'A  logo.png', 'D  old/name', 'M  run.sh', 'T  link'),
    );
    expect(renderDiff(DIFF, 'name-status', TERMINAL)).to.include('\x1b[32mA\x1b[39m  logo.png\n');
  });

  it('shows the files with their lines', () => {
    expect(renderDiff(DIFF, 'stat', PLAIN)).to.equal(
      lines(
        ' a.txt    |  3 +-',
        ' logo.png | binary',
        ` old/name | 90 ${'-'.repeat(40)}`,
        ' run.sh   | mode',
        ' link     |  2 +-',
        ' 5 files changed, 3 insertions(+), 92 deletions(-)',
      ),
    );
    const [first] = DIFF.changes;
    const one = { ...DIFF, changes: [{ ...first!, path: '日本\x1b', deletions: 0 }] };
    expect(renderDiff(one, 'stat', PLAIN)).to.equal(
      lines(' 日本\\x1b | 2 ++', ' 1 file changed, 2 insertions(+)'),
    );
    const empty = { ...DIFF, changes: [{ ...first!, insertions: 0, deletions: 0 }] };
    expect(renderDiff(empty, 'stat', PLAIN)).to.equal(lines(' a.txt | 0', ' 1 file changed'));
  });

  it('shows very many files', () => {
    const changes = Array.from({ length: 200_000 }, () => DIFF.changes[0]!);
    const text = renderDiff({ ...NOTHING, changes }, 'stat', PLAIN);
    expect(text.startsWith(' a.txt | 3 +')).to.equal(true);
    expect(text.split('\n', 200_001).at(-1)).to.include(' 200000 files changed');
  });

  it('says nothing when there is no difference', () => {
    for (const style of ['patch', 'stat', 'name-status'] as const) {
      expect(renderDiff(NOTHING, style, PLAIN)).to.equal('');
      expect(renderDiff({ ...NOTHING, patch: '' }, style, TERMINAL)).to.equal('');
    }
  });
});

import { expect } from 'chai';
import { renderHooksChange, renderHooksStatus } from '../../../src/cli/render/hooks.js';
import { HOOKS_CHANGED, HOOKS_STATUS } from '../samples.js';
import { PLAIN as VIEW } from './views.js';

describe('cli: hooks for people', () => {
  it('says which files were written, or would be, or that there is nothing to do', () => {
    const lines = renderHooksChange(HOOKS_CHANGED, 'installed', VIEW).split('\n');
    expect(lines[0]).to.equal('Has been installed; files:');
    const dry = renderHooksChange({ ...HOOKS_CHANGED, dry_run: true }, 'uninstalled', VIEW);
    expect(dry).to.match(/^Would be uninstalled; files:\n {2}created /);
    const none = renderHooksChange({ ...HOOKS_CHANGED, files: [] }, 'installed', VIEW);
    expect(none).to.equal('Nothing to do: all is installed already\n');
  });

  it('shows the hooks that piton is in, all of them with -v, and what is to be known', () => {
    const status = renderHooksStatus(HOOKS_STATUS, VIEW);
    expect(status).to.contain('pre-commit').and.contain('strict').and.not.contain('codex');
    expect(renderHooksStatus(HOOKS_STATUS, { ...VIEW, verbose: true })).to.contain('codex');
    const noted = HOOKS_STATUS.hooks.map((hook) => ({ ...hook, note: 'a note' }));
    expect(renderHooksStatus({ ...HOOKS_STATUS, hooks: noted }, VIEW)).to.contain('(a note)');
  });

  it('says where there is none, and what the log has last', () => {
    const hooks = HOOKS_STATUS.hooks.map((hook) => ({ ...hook, installed: false }));
    const log = { path: '/log', last: 'went wrong\x1b' };
    const none = renderHooksStatus({ hooks, log }, VIEW);
    expect(none).to.match(/^piton is in no hook; .*\nlast in the log: went wrong\\x1b\n$/);
    expect(renderHooksStatus({ hooks, log: null }, VIEW)).to.match(/puts it there\n$/);
  });
});

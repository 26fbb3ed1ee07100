import { expect } from 'chai';
import fc from 'fast-check';
import {
  agentHooksIn,
  mentionsPiton,
  withAgentHooks,
  withoutAgentHooks,
} from '../../src/hooks/agent-text.js';
import { PitonError } from '../../src/core/errors.js';
import { SETTINGS_TEXT as settings } from './settings-texts.js';

const GROUPED = { layout: 'grouped', timeoutPerSecond: 1 } as const;
const FLAT = { layout: 'flat', timeoutPerSecond: 1000 } as const;

const HOOKS = [
  { event: 'A', line: 'piton one || true' },
  { event: 'B', matcher: 'Write|x', line: `piton "two" 'and' $more` },
  { event: 'C', line: 'piton three' },
];

/** The value of a text with comments: what JSON.parse makes of it without them. */
function valueOf(text: string): unknown {
  const plain = text.replace(
    /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_, literal: string | undefined) => literal ?? ' ',
  );
  const strict = plain.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, literal?: string) => {
    return literal ?? '';
  });
  return JSON.parse(strict.replace('\ufeff', ''));
}

type Group = { hooks?: { command?: string }[]; command?: string };
type Settings = { hooks?: Record<string, Group[]> };

/** The settings without the entries that have a command of piton's. */
function withoutOwn(value: Settings): unknown {
  const lists = Object.entries(value.hooks ?? {}).map(([event, list]): [string, Group[]] => {
    const isOwn = ({ command }: { command?: string }): boolean =>
      typeof command === 'string' && command.includes('# piton-hook');
    const kept = list.filter((one) => {
      return !(isOwn(one) || (Array.isArray(one.hooks) && one.hooks.some(isOwn)));
    });
    return [event, kept];
  });
  return { ...value, hooks: Object.fromEntries(lists.filter(([, list]) => list.length > 0)) };
}

describe('hooks: settings of agents', () => {
  it('are to the byte as they were once piton is out of them again', () => {
    fc.assert(
      fc.property(settings, (text) => {
        const installed = withAgentHooks(text, HOOKS, GROUPED, 'f', 0);
        expect(
          agentHooksIn(installed, 'f').map(({ event, line }) => [event, line]),
        ).to.have.deep.members(HOOKS.map(({ event, line }) => [event, line]));
        expect(withoutAgentHooks(installed, 'f')).to.deep.equal({ text, madeFolders: 0 });
      }),
      { numRuns: 200 },
    );
  });

  it('keep all entries of others while piton is in them', () => {
    fc.assert(
      fc.property(settings, (text) => {
        const installed = withAgentHooks(text, HOOKS, GROUPED, 'f', 0);
        const kept = withoutOwn(valueOf(installed) as Settings);
        expect(kept).to.deep.equal(withoutOwn(valueOf(text) as Settings));
      }),
    );
  });

  it('are the same when piton is put in again', () => {
    fc.assert(
      fc.property(settings, (text) => {
        const once = withAgentHooks(text, HOOKS, GROUPED, 'f', 0);
        expect(withAgentHooks(once, HOOKS, GROUPED, 'f', 2)).to.equal(once);
        const other = withAgentHooks(once, HOOKS.slice(1), GROUPED, 'f', 0);
        expect(withoutAgentHooks(other, 'f').text).to.equal(text);
      }),
    );
  });

  it('that are flat have the version and the handlers themselves', () => {
    const made = withAgentHooks(null, HOOKS.slice(0, 1), FLAT, 'f', 2);
    expect(JSON.parse(made)).to.deep.equal({
      version: 1,
      hooks: { A: [{ command: 'piton one || true # piton-hook:DDFHE', timeout: 30_000 }] },
    });
    expect(withAgentHooks(made, HOOKS.slice(0, 1), FLAT, 'f', 0)).to.equal(made);
    expect(withoutAgentHooks(made, 'f')).to.deep.equal({ text: null, madeFolders: 2 });
    const text = '{"version":1,"hooks":{"A":[{"command":"x"}]}}';
    const installed = withAgentHooks(text, HOOKS, FLAT, 'f', 0);
    expect(withoutAgentHooks(installed, 'f').text).to.equal(text);
  });

  it('are laid out as they are already', () => {
    const ONE_LINE =
      '{"matcher":"Write|x","hooks":[{"type":"command",' +
      `"command":"piton \\"two\\" 'and' $more # piton-hook","timeout":30}]}`;
    const text = '{\n\t"a": 1,\n\t"hooks": {\n\t\t"A": [],\n\t\t"B": [{"command": "x"}]\n\t}\n}\n';
    expect(withAgentHooks(text, HOOKS.slice(0, 2), GROUPED, 'f', 0)).to.equal(`{
\t"a": 1,
\t"hooks": {
\t\t"A": [
\t\t\t{
\t\t\t\t"hooks": [
\t\t\t\t\t{
\t\t\t\t\t\t"type": "command",
\t\t\t\t\t\t"command": "piton one || true # piton-hook:e",
\t\t\t\t\t\t"timeout": 30
\t\t\t\t\t}
\t\t\t\t]
\t\t\t}
\t\t],
\t\t"B": [{"command": "x"}, ${ONE_LINE}]
\t}
}
`);
  });

  it('keep what others put beside the handlers of piton', () => {
    const made = withAgentHooks(null, HOOKS.slice(0, 1), GROUPED, 'f', 1);
    const value = JSON.parse(made) as { hooks: { A: { hooks: object[] }[] } };
    value.hooks.A[0]?.hooks.push({ type: 'command', command: 'theirs' });
    const shared = JSON.stringify(value, null, 2);
    expect(valueOf(withoutAgentHooks(shared, 'f').text ?? '')).to.deep.equal({
      hooks: { A: [{ hooks: [{ type: 'command', command: 'theirs' }] }] },
    });
    const twice = JSON.stringify({ hooks: { A: [...value.hooks.A, ...value.hooks.A] } });
    expect(agentHooksIn(withoutAgentHooks(twice, 'f').text ?? '', 'f')).to.deep.equal([]);
  });

  it('that are not understood are refused', () => {
    const broken = [
      ...['', '[]', '{', '{"hooks": 1}', '{"hooks": {"A": {}}}', '{"a":1}}', '{a: 1}', 'null'],
      ...['{"hooks": {}, "hooks": {}}', '{"hooks": {"A": [], "A": []}}', '['.repeat(200_000)],
    ];
    for (const text of broken) {
      expect(() => withAgentHooks(text, HOOKS, GROUPED, 'the file', 0), text.slice(0, 40))
        .to.throw(PitonError, /^the file is not understood/)
        .with.property('code', 'UNSUPPORTED_FORMAT');
    }
    for (const text of ['{}', '{"hooks":{"A":[]}}', '{"version":2}']) {
      expect(() => withAgentHooks(text, HOOKS, FLAT, 'f', 0), text).to.throw(/"version": 1/);
    }
  });

  it('need not be understood where piton is not in them', () => {
    expect(mentionsPiton('{ piton')).to.equal(false);
    expect(mentionsPiton(withAgentHooks(null, HOOKS, GROUPED, 'f', 0))).to.equal(true);
    expect(withoutAgentHooks('{"hooks": {"A": 1}}', 'f')).to.deep.equal({
      text: '{"hooks": {"A": 1}}',
      madeFolders: 0,
    });
  });
});

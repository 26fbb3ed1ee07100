import { expect } from 'chai';
import { Story } from './story.js';

const GUIDED = ['--reason', 'too slow', '--guidance', 'use a library'];

describe('a decision that was wrong', () => {
  let day: Story;
  let decision: string;

  beforeEach(() => {
    day = new Story();
    day.write('.gitignore', 'build/\n');
    day.write('parser.py', 'old\n');
    day.piton('plan', 'create', '--name', 'parser', '--every-steps', '1');
    decision = day.decide('parser', 'which parser', 'build');
    day.write('parser.py', 'hand-written\n');
    day.write('lexer.py', 'lexer\n');
    day.write('build/parser.pyc', 'compiled\n');
    day.piton('step', '--done', '0');
  });

  function correct(...more: string[]): Record<string, unknown> {
    return day.piton('plan', 'correct', 'parser', '--decision', decision, ...GUIDED, ...more);
  }

  it('is taken back; another one takes its place and the work goes on', () => {
    const proposal = correct('--dry-run');
    expect(day.read('lexer.py')).to.equal('lexer\n');
    const data = correct('--token', (proposal['rollback'] as { token: string }).token);
    expect(data['archived']).to.have.lengthOf(3);
    expect(data).to.include({ continue_at_step: 0 });
    expect(['parser.py', 'lexer.py', 'build/parser.pyc'].map((path) => day.read(path)))
      .to.deep //
      .equal(['old\n', null, null]);
    const resumed = day.piton('resume');
    expect(resumed).to.include({ next_step: 0, worktree_matches: true });
    expect(resumed['decisions_to_repeat'])
      .to.have.nested.property('[0].correction')
      .that.includes({ reason: 'too slow', guidance: 'use a library' });
    const another = day.decide('parser', 'which parser, again');
    day.write('parser.py', 'import parser\n');
    day.piton('plan', 'decision', 'done', 'parser', another);
    expect(day.piton('step', '--done', '0')).to.include({ last_completed_step: 0 });
    const { corrections } = day.piton('plan', 'correction', 'list', 'parser');
    expect(corrections).to.have.nested.property('[0].guidance', 'use a library');
    expect(day.piton('plan', 'decision', 'show', 'parser', decision)).to.have.nested.property(
      'decision.status',
      'reverted',
    );
  });

  it('was right after all: undo brings files, archive and position back', () => {
    const { correction } = correct();
    const id = (correction as { correction_id: string }).correction_id;
    day.piton('undo');
    expect(['parser.py', 'lexer.py', 'build/parser.pyc'].map((path) => day.read(path)))
      .to.deep //
      .equal(['hand-written\n', 'lexer\n', 'compiled\n']);
    expect(day.piton('resume')).to.include({ next_step: 1, worktree_matches: true });
    expect(day.piton('plan', 'correction', 'show', 'parser', id))
      .to.have.property('correction')
      .that.deep.includes({ status: 'undone', archived: [] });
    day.piton('redo');
    expect(day.read('build/parser.pyc')).to.equal(null);
    expect(day.piton('doctor')).to.have.deep.property('problems', []);
  });

  it('is only carried out again, with other guidance', () => {
    const data = correct('--mode', 'append');
    expect(data).to.deep.include({ rollback: null, archived: [] });
    expect(day.read('parser.py')).to.equal('hand-written\n');
    const [again] = day.piton('resume')['decisions_to_repeat'] as Record<string, unknown>[];
    expect(again).to.include({ decision_id: decision, status: 'active' });
    expect(again).to.have.nested.property('correction.guidance', 'use a library');
  });
});

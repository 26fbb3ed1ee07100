/** When a hook is called, as far as that matters for checkpoints. */
export type Moment = 'turn_start' | 'before_tool' | 'turn_end' | 'nothing';

export const AGENTS = ['claude-code', 'codex', 'gemini', 'cursor', 'opencode'] as const;

export type AgentName = (typeof AGENTS)[number];

/** An agent as its hooks have it; see the pages in docs/hosts. */
export interface AgentHost {
  title: string;
  /** Its folder in a project, and in the user's home unless the user has moved it. */
  folder: string;
  /** The file in that folder that holds its hooks. */
  file: string;
  /**
   * `grouped`: an event has groups with a matcher and handlers each. `flat`: an event has handlers.
   * `plugin`: the file is a module that the agent loads.
   */
  layout: 'grouped' | 'flat' | 'plugin';
  /** How many of the agent's units a second has; its time-outs are in those. */
  timeoutPerSecond: 1 | 1000;
  /** Events that piton is called for, with a pattern of the tools it is called for. */
  installed: readonly { event: string; matcher?: string }[];
  /** All events that are known, those that need no checkpoint too. */
  moments: Readonly<Record<string, Moment>>;
  /** Tools that certainly write nothing. */
  readOnlyTools: readonly string[];
  /** Where the payload has what; folders may be one or a list. */
  keys: { session: string; turn: string | null; tool: string; folders: readonly string[] };
  /** What it must read on standard output, by event; nothing unless it is named here. */
  replies: Readonly<Record<string, string>>;
}

function quiet(...events: string[]): Record<string, Moment> {
  return Object.fromEntries(events.map((event) => [event, 'nothing']));
}

const CLAUDE_KEYS = { session: 'session_id', tool: 'tool_name', folders: ['cwd'] };

const CLAUDE_CODE: AgentHost = {
  title: 'Claude Code',
  folder: '.claude',
  file: 'settings.json',
  layout: 'grouped',
  timeoutPerSecond: 1,
  installed: [
    { event: 'UserPromptSubmit' },
    { event: 'PreToolUse', matcher: 'Bash|Edit|Write|MultiEdit|NotebookEdit|mcp__.*' },
    { event: 'Stop' },
  ],
  moments: {
    UserPromptSubmit: 'turn_start',
    PreToolUse: 'before_tool',
    Stop: 'turn_end',
    ...quiet('PostToolUse', 'PostToolUseFailure', 'PostToolBatch', 'Notification'),
    ...quiet('SessionStart', 'SessionEnd', 'SubagentStart', 'SubagentStop', 'PreCompact'),
    ...quiet('PermissionRequest', 'TaskCreated', 'TaskCompleted', 'WorktreeCreate', 'FileChanged'),
  },
  readOnlyTools: [
    ...['Read', 'Glob', 'Grep', 'LS', 'NotebookRead', 'WebFetch', 'WebSearch', 'TodoRead'],
    ...['TodoWrite', 'AskUserQuestion', 'BashOutput', 'EnterPlanMode', 'ExitPlanMode'],
  ],
  keys: { ...CLAUDE_KEYS, turn: 'prompt_id' },
  replies: {},
};

const CODEX: AgentHost = {
  title: 'Codex',
  folder: '.codex',
  file: 'hooks.json',
  layout: 'grouped',
  timeoutPerSecond: 1,
  installed: [
    { event: 'UserPromptSubmit' },
    { event: 'PreToolUse', matcher: 'Bash|apply_patch|Edit|Write|mcp__.*' },
    { event: 'Stop' },
  ],
  moments: {
    UserPromptSubmit: 'turn_start',
    PreToolUse: 'before_tool',
    Stop: 'turn_end',
    ...quiet('PermissionRequest', 'PostToolUse', 'PreCompact', 'PostCompact', 'SessionStart'),
    ...quiet('SubagentStart', 'SubagentStop', 'Interrupt', 'StopFailure'),
  },
  readOnlyTools: [],
  keys: { ...CLAUDE_KEYS, turn: 'turn_id' },
  replies: {},
};

const GEMINI: AgentHost = {
  title: 'Gemini CLI',
  folder: '.gemini',
  file: 'settings.json',
  layout: 'grouped',
  timeoutPerSecond: 1000,
  installed: [
    { event: 'BeforeAgent' },
    { event: 'BeforeTool', matcher: 'write_file|replace|run_shell_command|mcp_.*|.*__.*' },
    { event: 'AfterAgent' },
  ],
  moments: {
    BeforeAgent: 'turn_start',
    BeforeTool: 'before_tool',
    AfterAgent: 'turn_end',
    ...quiet('AfterTool', 'BeforeModel', 'AfterModel', 'BeforeToolSelection', 'SessionStart'),
    ...quiet('SessionEnd', 'PreCompress', 'Notification'),
  },
  readOnlyTools: [
    ...['read_file', 'read_many_files', 'list_directory', 'glob', 'grep_search'],
    ...['search_file_content', 'google_web_search', 'web_fetch', 'write_todos'],
  ],
  keys: { ...CLAUDE_KEYS, turn: null },
  replies: {},
};

const ALLOW = '{"permission":"allow"}';

const CURSOR: AgentHost = {
  title: 'Cursor',
  folder: '.cursor',
  file: 'hooks.json',
  layout: 'flat',
  timeoutPerSecond: 1,
  // Not the events that ask whether a command may run: an answer there could stand for the user's.
  installed: [
    { event: 'beforeSubmitPrompt' },
    { event: 'preToolUse', matcher: 'Shell|Write|StrReplace|Edit|Delete|MCP:.*' },
    { event: 'stop' },
  ],
  moments: {
    beforeSubmitPrompt: 'turn_start',
    preToolUse: 'before_tool',
    beforeShellExecution: 'before_tool',
    beforeMCPExecution: 'before_tool',
    stop: 'turn_end',
    ...quiet('afterShellExecution', 'afterMCPExecution', 'beforeReadFile', 'afterFileEdit'),
    ...quiet('sessionStart', 'sessionEnd', 'postToolUse', 'postToolUseFailure', 'preCompact'),
    ...quiet('subagentStart', 'subagentStop', 'afterAgentResponse', 'afterAgentThought'),
    ...quiet('beforeTabFileRead', 'afterTabFileEdit'),
  },
  readOnlyTools: ['Read', 'Grep', 'Glob', 'LS', 'SemanticSearch', 'WebSearch', 'WebFetch'],
  keys: {
    session: 'conversation_id',
    turn: 'generation_id',
    tool: 'tool_name',
    folders: ['workspace_roots', 'cwd'],
  },
  // It takes an empty answer at these for a broken one, and blocks what it was to be asked about.
  replies: {
    beforeSubmitPrompt: '{"continue":true}',
    preToolUse: ALLOW,
    beforeShellExecution: ALLOW,
    beforeMCPExecution: ALLOW,
    beforeReadFile: ALLOW,
    stop: '{}',
  },
};

const OPENCODE: AgentHost = {
  title: 'opencode',
  folder: '.opencode',
  file: 'plugins/piton.js',
  layout: 'plugin',
  timeoutPerSecond: 1000,
  installed: [
    { event: 'chat.message' },
    { event: 'tool.execute.before' },
    { event: 'session.idle' },
  ],
  moments: {
    'chat.message': 'turn_start',
    'tool.execute.before': 'before_tool',
    'session.idle': 'turn_end',
  },
  readOnlyTools: ['read', 'grep', 'glob', 'list', 'lsp', 'webfetch', 'todoread', 'todowrite'],
  keys: { session: 'sessionID', turn: null, tool: 'tool', folders: ['worktree', 'directory'] },
  replies: {},
};

export const HOSTS: Readonly<Record<AgentName, AgentHost>> = {
  'claude-code': CLAUDE_CODE,
  codex: CODEX,
  gemini: GEMINI,
  cursor: CURSOR,
  opencode: OPENCODE,
};

export function isAgentName(name: string): name is AgentName {
  return Object.hasOwn(HOSTS, name);
}

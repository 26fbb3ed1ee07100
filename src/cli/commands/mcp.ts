import { defineCommand } from '../command.js';

export const mcpCommand = defineCommand({
  plan: 'none',
  positionals: {},
  options: {},
  ownsOutput: true,
  examples: [
    ['', 'for a host that starts servers of the Model Context Protocol'],
    ['-C /path/to/project', 'for one that starts them elsewhere'],
  ],
  run: async ({ workspace, stdin, stdout, operation, takeWarnings }) => {
    const { serve } = await import('../mcp/server.js');
    const { signal } = operation;
    await serve({ workspace, stdin: stdin(), stdout, signal, takeWarnings });
    return { ended: true };
  },
  render: () => 'Served a host until it closed its end\n',
});

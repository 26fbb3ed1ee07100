import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { fileURLToPath } from 'node:url';
import { TEST_ENV } from '../../helpers/git.js';

const MAIN_PROGRAM = fileURLToPath(new URL('../main-program.js', import.meta.url));

export interface Document {
  ok: boolean;
  command: string;
  data: Record<string, unknown>;
  error: { code: string; message: string };
  warnings?: { code: string }[];
}

/** A host, connected to a server in a process of its own. */
export class Host {
  readonly client = new Client({ name: 'test', version: '1' });
  readonly transport: StdioClientTransport;
  stderr = '';

  private constructor(directory: string, args: string[]) {
    this.transport = new StdioClientTransport({
      command: process.execPath,
      args: [MAIN_PROGRAM, 'mcp', ...args],
      cwd: directory,
      env: TEST_ENV as Record<string, string>,
      stderr: 'pipe',
    });
    this.transport.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  static async start(directory: string, args: string[] = []): Promise<Host> {
    const host = new Host(directory, args);
    await host.client.connect(host.transport);
    return host;
  }

  /** The document that a call answers with. */
  async call(name: string, args: Record<string, unknown> = {}): Promise<Document> {
    const result = (await this.client.callTool({ name, arguments: args })) as CallToolResult;
    const [content] = result.content;
    if (content?.type !== 'text') throw new Error('no text');
    const document = JSON.parse(content.text) as Document;
    if (JSON.stringify(result.structuredContent) !== JSON.stringify(document)) {
      throw new Error('the structured content is another');
    }
    if (result.isError !== !document.ok) throw new Error('isError does not fit');
    return document;
  }

  /** The data of a call that must succeed. */
  async data(name: string, args: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const document = await this.call(name, args);
    if (!document.ok) throw new Error(JSON.stringify(document.error));
    return document.data;
  }

  /** The code of a call that must fail. */
  async refusal(name: string, args: Record<string, unknown> = {}): Promise<string> {
    return (await this.call(name, args)).error.code;
  }
}

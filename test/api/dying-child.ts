/*
 * A process that dies at work: `node dying-child.js <root> <call> <path> <verb> <json arguments>`
 * is killed right after the call (of `node:fs`) whose last argument matches that expression.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { openOptions } from './workspaces.js';

type Call = 'renameSync' | 'unlinkSync';
type Verb = 'rollback' | 'undo' | 'redo' | 'correct';

const [, , root = '', call = '', path = '', verb = '', json = '[]'] = process.argv;

const meant = new RegExp(path);
const real = fs[call as Call] as (...paths: unknown[]) => void;
fs[call as Call] = (...paths: unknown[]): void => {
  real(...paths);
  if (meant.test(String(paths.at(-1)))) process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();

// What is imported before the names are exported anew would have the old ones.
const { openWorkspace } = await import('../../src/api/open.js');
const workspace = await openWorkspace(openOptions(root));
const verbs = workspace as unknown as Record<Verb, (...args: unknown[]) => Promise<unknown>>;
await verbs[verb as Verb](...(JSON.parse(json) as unknown[]));
await workspace.close();

import { Sidecar } from '../checkpoint/sidecar.js';
import { readCheckpoint } from '../checkpoint/list.js';
import type { Checkpoint } from '../checkpoint/metadata.js';
import { joinPath, nameOf, pathFromJson, type BytePath } from '../core/byte-path.js';
import { MODE, type FileEntry, type OperationOptions } from '../core/types.js';
import type { ObjectStore } from '../store/object-store.js';
import { decodeCommit, decodeTree } from '../store/objects/object-format.js';
import { readIgnoreFiles } from '../rollback/target.js';
import type { RefStore } from '../store/ref-store.js';
import {
  gitRulesFromRecord,
  rulesFromRecord,
  type IgnoreRecord,
} from '../worktree/ignore/ignore-record.js';
import { OWN_IGNORE_FILE } from '../worktree/ignore/ignore-rules.js';
import { isPathIgnored } from '../worktree/ignore/path-query.js';
import { readTreeEntries } from '../worktree/read-tree.js';
import type { Pair } from './pairs.js';

/** Names that keys and passwords usually lie under; examples of them are meant to be shared. */
const SECRET = new RegExp(
  `^(?:${[
    '\\.env(?:\\..+)?',
    '.*\\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)',
    'id_(?:rsa|dsa|ecdsa|ed25519)',
    '\\.(?:netrc|npmrc|pypirc|pgpass|htpasswd|git-credentials)',
    'credentials(?:\\.json)?',
    'secrets?\\.(?:json|ya?ml|toml)',
  ].join('|')})$`,
  'i',
);
const EXAMPLE = /\.(?:example|sample|template|dist)$/i;

function looksSecret(path: BytePath): boolean {
  const name = nameOf(path);
  return SECRET.test(name) && !EXAMPLE.test(name);
}

/**
 * What checkpoints hold that a commit of the user's would not: files that are not committed at
 * HEAD, and have a name that secrets have, or that an ignore rule matches.
 * @returns paths, each once, sorted
 */
export async function sensitivePaths(
  pairs: readonly Pair[],
  workspace: { objects: ObjectStore; refs: RefStore },
  { signal }: OperationOptions,
): Promise<BytePath[]> {
  const { objects } = workspace;
  const found = new Set<BytePath>();
  for (const { checkpoint: ref } of pairs) {
    const checkpoint = await readCheckpoint(ref, objects);
    const entries = await readTreeEntries(objects, checkpoint.tree, { signal });
    const isIgnored = await ignoredBy(checkpoint, entries, workspace);
    for (const { path, mode } of entries) {
      if (mode === MODE.directory || found.has(path)) continue;
      if (!looksSecret(path) && !isIgnored(path)) continue;
      if (!(await isCommitted(path, checkpoint, objects))) found.add(path);
    }
  }
  return [...found].sort();
}

/**
 * Git would leave out what was captured because ignored files were asked for, or because piton's
 * own rules take it in again.
 */
async function ignoredBy(
  checkpoint: Checkpoint,
  entries: readonly FileEntry[],
  { refs, objects }: { objects: ObjectStore; refs: RefStore },
): Promise<(path: BytePath) => boolean> {
  const sidecar = await Sidecar.open(checkpoint, refs, objects);
  const { include_ignored: includeIgnored, ignore } = await sidecar.readManifest();
  const files = await readIgnoreFiles(entries, { objects });
  if (!includeIgnored && !takesSomethingIn(ignore, files)) return () => false;
  const [rules, gits] = [rulesFromRecord(ignore), gitRulesFromRecord(ignore)];
  const readAt = (folder: BytePath, name: BytePath): Buffer | null =>
    files.get(joinPath(folder, name)) ?? null;
  const readGits = (folder: BytePath, name: BytePath): Buffer | null =>
    name === OWN_IGNORE_FILE ? null : readAt(folder, name);
  return (path) =>
    isPathIgnored(gits, path, false, readGits) || isPathIgnored(rules, path, false, readAt);
}

/** Whether piton's own rules have one that negates. */
function takesSomethingIn(
  { exclude, files }: IgnoreRecord,
  captured: ReadonlyMap<BytePath, Buffer>,
): boolean {
  const recorded = files.map(({ path, text }) => [pathFromJson(path), pathFromJson(text)] as const);
  const texts = [...captured].map(([path, text]) => [path, text.toString('latin1')] as const);
  return (
    exclude.some((pattern) => pathFromJson(pattern).startsWith('!')) ||
    [...recorded, ...texts].some(([path, text]) => {
      return nameOf(path) === OWN_IGNORE_FILE && /^!/m.test(text);
    })
  );
}

async function isCommitted(
  path: BytePath,
  { head }: Checkpoint,
  objects: ObjectStore,
): Promise<boolean> {
  if (head.commit === null) return false;
  let at = decodeCommit((await objects.read(head.commit)).data).tree;
  for (const name of path.split('/')) {
    const { type, data } = await objects.read(at);
    const entries = type === 'tree' ? decodeTree(data, objects.algorithm) : [];
    const entry = entries.find((one) => one.name === name);
    // What is in a submodule is not for this repository to commit.
    if (entry === undefined || entry.mode === MODE.gitlink) return false;
    at = entry.oid;
  }
  return true;
}

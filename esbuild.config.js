import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What is built: the output's name, and the source that it starts from. */
export const ENTRY_POINTS = {
  cli: 'src/cli/main.ts',
  index: 'src/index.ts',
  'hash-worker': 'src/worktree/hash-worker.ts',
};

const ROOT = import.meta.dirname;
const OUT = join(ROOT, 'dist');

// CommonJS dependencies call `require` for Node's own modules, and ES modules have none.
const REQUIRE_FOR_COMMONJS =
  "import { createRequire as nodeCreateRequire } from 'node:module';" +
  'const require = nodeCreateRequire(import.meta.url);';

/**
 * Everything lies flat in `dist`, chunks too, so that `new URL('./hash-worker.js',
 * import.meta.url)` finds the worker from whichever file its caller ends up in.
 * @param {Record<string, string>} entryPoints
 */
function bundle(entryPoints) {
  return build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir: OUT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'chunk-[hash]',
    banner: { js: REQUIRE_FOR_COMMONJS },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
}

/**
 * The licence texts of all packages that went into the bundle, which their licences ask for.
 * @param {string[]} inputs
 */
async function licences(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (match) folders.add(match[0]);
  }
  const texts = await Promise.all([...folders].sort().map(licenceOf));
  return texts.join('\n');
}

/** @param {string} folder */
async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(
    await readFile(join(ROOT, folder, 'package.json'), 'utf8'),
  );
  for (const file of ['LICENSE', 'LICENSE.md', 'license', 'LICENSE.txt', 'license.md']) {
    const path = join(ROOT, folder, file);
    if (existsSync(path)) {
      return `${name} ${version} (${license})\n\n${(await readFile(path, 'utf8')).trim()}\n`;
    }
  }
  return `${name} ${version} (${license})\n`;
}

/** The entry points whose source is there; the others are named aloud. */
function presentEntryPoints() {
  const present = Object.entries(ENTRY_POINTS).filter(([name, source]) => {
    const exists = existsSync(join(ROOT, source));
    if (!exists) console.error(`not built: dist/${name}.js, because ${source} does not exist`);
    return exists;
  });
  return Object.fromEntries(present);
}

async function main() {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT);
  const result = await bundle(presentEntryPoints());
  const inputs = Object.keys(result.metafile.inputs);
  await writeFile(join(OUT, 'THIRD-PARTY-LICENSES.txt'), await licences(inputs));
}

if (process.argv[1] === import.meta.filename) await main();

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** What is built: the output's name, and the source that it starts from. */
export const ENTRY_POINTS = {
  cli: 'src/cli/main.ts',
  index: 'src/index.ts',
  'hash-worker': 'src/worktree/hash-worker.ts',
  'man-page': 'src/cli/man-page.ts',
};

const ROOT = import.meta.dirname;
const OUT = join(ROOT, 'dist');

// CommonJS dependencies call `require` for Node's own modules, and ES modules have none.
const REQUIRE_FOR_COMMONJS =
  "import { createRequire as nodeCreateRequire } from 'node:module';" +
  'const require = nodeCreateRequire(import.meta.url);';

/**
 * Bundles in memory, so that a source that does not compile leaves the last build as it is.
 * Everything lies flat in `dist`, chunks too, so that `new URL('./hash-worker.js',
 * import.meta.url)` finds the worker from whichever file its caller ends up in.
 * @param {string} version
 */
function bundle(version) {
  return build({
    absWorkingDir: ROOT,
    entryPoints: ENTRY_POINTS,
    outdir: OUT,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'chunk-[hash]',
    // Its exports lead Node to CommonJS, of which `import()` in a bundle gives no names.
    alias: { 'isomorphic-git': join(ROOT, 'node_modules/isomorphic-git/index.js') },
    banner: { js: REQUIRE_FOR_COMMONJS },
    // Saves every start the search for package.json.
    define: { PITON_VERSION: JSON.stringify(version) },
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

/**
 * `import()` of CommonJS gives its names in Node and only `default` in a bundle, so code that
 * works when it is tested would not work when it is shipped.
 * @param {import('esbuild').Metafile['inputs']} inputs
 */
function assertNamesSurvive(inputs) {
  for (const [path, { imports }] of Object.entries(inputs)) {
    for (const { kind, path: target } of imports) {
      if (kind !== 'dynamic-import' || inputs[target]?.format !== 'cjs') continue;
      throw new Error(`${path} loads ${target} with import(), and that is CommonJS: use an alias`);
    }
  }
}

/** Removes the files of the last build; `types` is another tool's. */
async function clear() {
  await mkdir(OUT, { recursive: true });
  for (const entry of await readdir(OUT, { withFileTypes: true })) {
    if (entry.isFile()) await rm(join(OUT, entry.name));
  }
}

/** `git piton --help` asks man for git-piton. */
async function writeManPages() {
  const source = join(OUT, 'man-page.js');
  const { manPage } = await import(pathToFileURL(source).href);
  for (const name of ['piton', 'git-piton']) {
    await writeFile(join(OUT, `${name}.1`), await manPage(name));
  }
  await rm(source);
}

async function main() {
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const result = await bundle(manifest.version);
  assertNamesSurvive(result.metafile.inputs);
  const licenceTexts = await licences(Object.keys(result.metafile.inputs));
  await clear();
  for (const { path, contents } of result.outputFiles) await writeFile(path, contents);
  await writeFile(join(OUT, 'THIRD-PARTY-LICENSES.txt'), licenceTexts);
  await writeManPages();
}

if (process.argv[1] === import.meta.filename) await main();

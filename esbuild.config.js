import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';

/** What is built: the output's name, and the source that it starts from. */
export const ENTRY_POINTS = {
  cli: 'src/cli/main.ts',
  'code-cache': 'src/cli/code-cache.ts',
  index: 'src/index.ts',
  'hash-worker': 'src/worktree/hash-worker.ts',
  'list-worker': 'src/worktree/list-worker.ts',
  'man-page': 'src/cli/man-page.ts',
};

/** Of these the program is made; all others are the library, or programs by themselves. */
const OF_THE_PROGRAM = /** @type {const} */ (['cli', 'code-cache']);

/**
 * What hooks and agents call at every step, and all that these load on demand: it becomes one
 * file, for a start takes longer the more files it reads. Sources below `src`.
 */
export const TOGETHER = [
  ...['run-in-process', 'parse-arguments'].map((name) => `cli/${name}`),
  ...['checkpoint-create', 'checkpoint-list', 'hooks-run', 'plan-show', 'plan-step', 'status'].map(
    (name) => `cli/commands/${name}`,
  ),
  ...['open', 'complete-step', 'create-checkpoint', 'handle-hook', 'list-checkpoints'].map(
    (name) => `api/${name}`,
  ),
  ...['recover-workspace', 'show-plan', 'status'].map((name) => `api/${name}`),
  ...['objects/object-database', 'open-engine', 'native/native-engine'].map(
    (name) => `store/${name}`,
  ),
];

const ROOT = import.meta.dirname;
const OUT = join(ROOT, 'dist');
const TOGETHER_PATHS = TOGETHER.map((name) => join(ROOT, 'src', `${name}.ts`));

// CommonJS dependencies call `require` for Node's own modules, and ES modules have none.
const REQUIRE_FOR_COMMONJS =
  "import { createRequire as nodeCreateRequire } from 'node:module';" +
  'const require = nodeCreateRequire(import.meta.url);';

/**
 * Bundles in memory, so that a source that does not compile leaves the last build as it is.
 * Everything lies flat in `dist`, so that `new URL('./hash-worker.js', import.meta.url)` finds a
 * worker from whichever file its caller ends up in.
 * @param {string} version
 * @param {import('esbuild').BuildOptions} options
 */
function bundle(version, options) {
  return build({
    absWorkingDir: ROOT,
    outdir: OUT,
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Its exports lead Node to CommonJS, of which `import()` in a bundle gives no names.
    alias: { 'isomorphic-git': join(ROOT, 'node_modules/isomorphic-git/index.js') },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    ...options,
    // Saves every start the search for package.json.
    define: { PITON_VERSION: JSON.stringify(version), ...options.define },
  });
}

/**
 * The library, and what is a program by itself, as ES modules.
 * @param {string} version
 */
function bundleLibrary(version) {
  const entryPoints = { ...ENTRY_POINTS };
  for (const name of OF_THE_PROGRAM) delete entryPoints[name];
  return bundle(version, {
    entryPoints,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    banner: { js: REQUIRE_FOR_COMMONJS },
  });
}

/**
 * The program, as CommonJS: Node starts it sooner, and can keep its compiled code. esbuild splits
 * ES modules alone, so each file is turned over afterwards.
 * @param {string} version
 */
async function bundleProgram(version) {
  const { cli, 'code-cache': codeCache } = ENTRY_POINTS;
  const common = { define: { 'import.meta.url': 'fileUrl' } };
  const [program, cache] = await Promise.all([
    bundle(version, {
      ...common,
      entryPoints: { cli },
      splitting: true,
      chunkNames: 'cli-[hash]',
      plugins: [together],
    }),
    bundle(version, { ...common, entryPoints: { 'code-cache': codeCache } }),
  ]);
  const outputFiles = await Promise.all(
    [...program.outputFiles, ...cache.outputFiles].map(asCommonJs),
  );
  return { outputFiles, metafile: program.metafile };
}

/** @param {import('esbuild').OutputFile} file */
async function asCommonJs({ path, text }) {
  const renamed = text.replace(/((?:from|import) ?\(?"\.\/[\w-]+)\.js"/g, '$1.cjs"');
  const { code } = await transform(renamed, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
  });
  const url = "const fileUrl=require('node:url').pathToFileURL(__filename).href;";
  const contents = `"use strict";${code.includes('fileUrl') ? url : ''}${code}`;
  return { path: path.replace(/\.js$/, '.cjs'), contents };
}

/**
 * esbuild makes a file for each set of entry points that share some modules, and every `import()`
 * leads to an entry point. So those of TOGETHER are imported as a whole, and all other entry
 * points import them first: then one set has them all.
 * @type {import('esbuild').Plugin}
 */
const together = {
  name: 'together',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^piton:together$/ }, () => ({ path: 'all', namespace: 'together' }));
    onLoad({ filter: /^/, namespace: 'together' }, () => ({
      contents: TOGETHER_PATHS.map((path, index) => exportAll(path, ` as all${index}`)).join(''),
      resolveDir: ROOT,
    }));
    onResolve({ filter: /^piton:apart:/ }, ({ path }) => ({
      path: path.slice('piton:apart:'.length),
      namespace: 'apart',
    }));
    onLoad({ filter: /^/, namespace: 'apart' }, ({ path }) => ({
      contents: `import 'piton:together';${exportAll(path)}`,
      resolveDir: ROOT,
    }));
    onLoad({ filter: /\/src\/.*\.ts$/, namespace: 'file' }, async ({ path }) => ({
      contents: withImports(path, await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
};

/** @param {string} path @param {string} as */
function exportAll(path, as = '') {
  return `export *${as} from ${JSON.stringify(path)};`;
}

/**
 * A source in which `import()` leads to nothing new where that is loaded already.
 * @param {string} path
 * @param {string} text
 */
function withImports(path, text) {
  const isStart = path === join(ROOT, ENTRY_POINTS.cli);
  /** @type {string[]} */
  const imports = [];
  const body = text.replace(/\bimport\('(\.[^']*)\.js'\)/g, (_, name) => {
    const target = resolve(dirname(path), `${name}.ts`);
    if (isStart || !TOGETHER_PATHS.includes(target)) {
      return `import(${JSON.stringify(`piton:apart:${target}`)})`;
    }
    imports.push(`import * as together${imports.length} from ${JSON.stringify(target)};`);
    return `Promise.resolve(together${imports.length - 1})`;
  });
  return imports.join('') + body;
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
  const library = await bundleLibrary(manifest.version);
  const program = await bundleProgram(manifest.version);
  const inputs = { ...library.metafile.inputs, ...program.metafile.inputs };
  assertNamesSurvive(inputs);
  const licenceTexts = await licences(Object.keys(inputs));
  await clear();
  for (const { path, contents } of [...library.outputFiles, ...program.outputFiles]) {
    await writeFile(path, contents);
  }
  await writeFile(join(OUT, 'THIRD-PARTY-LICENSES.txt'), licenceTexts);
  await writeManPages();
}

if (process.argv[1] === import.meta.filename) await main();

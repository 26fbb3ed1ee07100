#!/usr/bin/env node
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const [major, minor] = process.version.slice(1).split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`piton needs Node 20.19 or newer; this is ${process.version}`);
  process.exit(1);
}

// Node's default place is the shared temporary folder, where others could leave code to be run.
const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
nodeModule.enableCompileCache?.(join(cacheHome, 'piton', 'compile'));

import('../dist/cli.js').then(({ main }) => main());

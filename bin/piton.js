#!/usr/bin/env node
'use strict';
const { homedir } = require('node:os');

const [major, minor] = process.version.slice(1).split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`piton needs Node 20.19 or newer; this is ${process.version}`);
  process.exit(1);
}

// The version is told sooner than any code is found.
if (process.argv[2] !== '--version') {
  require('../dist/code-cache.cjs').keepCompiledCode(process.env, homedir());
}
require('../dist/cli.cjs').main();

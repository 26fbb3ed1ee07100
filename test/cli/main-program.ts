import { main } from '../../src/cli/main.js';

/* What bin/piton.js does, with the compiled sources instead of the bundle. */

await main();

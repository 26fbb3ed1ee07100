import { expect } from 'chai';
import type { Engine } from '../../src/store/engine.js';
import { Bench } from './bench.js';
import type { EngineKind } from './bench.js';
import { registerConcurrencyTests } from './concurrency.suite.js';
import { registerConflictTests } from './conflict.suite.js';
import { registerHeadTests } from './head.suite.js';
import { registerHostileTests } from './hostile.suite.js';
import { registerReadTests } from './reading.suite.js';
import { registerTransactTests } from './writing.suite.js';

/** What every engine does, whatever its means. */
export function registerEngineTests(kind: EngineKind): void {
  describe(`engine: ${kind.title}`, () => {
    let bench: Bench;
    let engine: Engine;

    beforeEach(async () => {
      bench = new Bench(kind);
      engine = await bench.open();
    });

    afterEach(async () => {
      await bench.close();
      const locks = kind.filesStorage ? bench.find().filter((name) => name.endsWith('.lock')) : [];
      expect(locks).to.deep.equal([]);
    });

    it('says what it is', () => {
      expect(engine.name).to.equal(kind.name);
      expect(engine.reason).to.match(/\S/);
    });

    registerReadTests(() => ({ bench, engine }));
    registerTransactTests(() => ({ bench, engine }));
    registerConflictTests(() => ({ bench, engine }));
    registerHeadTests(() => ({ bench, engine }));
    registerConcurrencyTests(() => ({ bench, engine }));
    if (kind.filesStorage) registerHostileTests(() => ({ bench, engine }));
  });
}

import { expect } from 'chai';
import fc from 'fast-check';
import { formatManifest, parseManifest } from '../../src/checkpoint/manifest.js';
import type { Manifest } from '../../src/checkpoint/sidecar-types.js';
import { asBytePath, ROOT } from '../../src/core/byte-path.js';
import { PitonError } from '../../src/core/errors.js';
import { LIMITS } from '../../src/core/limits.js';

const COMMIT = 'a'.repeat(40);
const DIGEST = 'b'.repeat(64);

const SAMPLE: Manifest<unknown> = {
  not_captured: [
    { path: asBytePath('big'), reason: 'too_large', size: 7 },
    { path: asBytePath('\xff/.GIT'), reason: 'unsafe_name' },
  ],
  ignore: { rules: ['*.o'] },
  looked_at: [asBytePath('target/keep')],
  nested: [{ path: asBytePath('sub'), head: { ref: null, commit: COMMIT } }],
  include_ignored: false,
  staging_area: {
    digest: DIGEST,
    mtime_ns: '1700000000123456789',
    mode: 0o100644,
    shared: `sharedindex.${COMMIT}`,
  },
  plan_state_digest: DIGEST,
  head: { ref: 'refs/heads/main', commit: null },
};

const same = (value: unknown): unknown => value;

const path = fc
  .array(
    fc
      .string({ unit: fc.integer({ min: 1, max: 255 }).map((n) => String.fromCharCode(n)) })
      .filter((name) => !['', '.', '..'].includes(name) && !name.includes('/')),
    { minLength: 1, maxLength: 3 },
  )
  .map((names) => asBytePath(names.join('/')));
const id = fc.constantFrom(COMMIT, DIGEST);
const head = fc.record({
  ref: fc.option(
    fc.string({ unit: 'grapheme', minLength: 1 }).filter((ref) => !ref.includes('\0')),
  ),
  commit: fc.option(id),
});
const manifests: fc.Arbitrary<Manifest<unknown>> = fc.record({
  not_captured: fc.array(
    fc.record(
      {
        path,
        reason: fc.constantFrom(
          ...(['too_large', 'special_file', 'unreadable', 'unstable', 'unsafe_name'] as const),
        ),
        size: fc.maxSafeNat(),
      },
      { requiredKeys: ['path', 'reason'] },
    ),
  ),
  ignore: fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value))),
  looked_at: fc.array(path),
  nested: fc.array(fc.record({ path, head })),
  include_ignored: fc.boolean(),
  staging_area: fc.option(
    fc.record({
      digest: id,
      mtime_ns: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
      mode: fc.nat({ max: 0o177777 }),
      shared: fc.option(id.map((hash) => `sharedindex.${hash}`)),
    }),
  ),
  plan_state_digest: id,
  head,
});

type Json = Record<string, unknown>;

function failure(run: () => unknown): PitonError {
  try {
    run();
  } catch (error) {
    if (error instanceof PitonError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function parsed(change: (json: Json) => unknown): unknown {
  const json = JSON.parse(formatManifest(SAMPLE).toString()) as Json;
  const replaced = change(json) ?? json;
  return parseManifest(Buffer.from(JSON.stringify(replaced)), same);
}

/** Replaces one value, named by keys and indices, in the JSON of the sample. */
function withValue(place: string, value: unknown): () => unknown {
  return () =>
    parsed((json) => {
      const keys = place.split('.');
      const last = keys.pop()!;
      let at = json;
      for (const key of keys) at = at[key] as Json;
      at[last] = value;
    });
}

describe('checkpoint/manifest', () => {
  it('parses what it formats', () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const data = formatManifest(manifest);
        const read = parseManifest(data, same);
        expect(read).to.deep.equal(manifest);
        expect(formatManifest(read).equals(data)).to.equal(true);
      }),
    );
  });

  it('writes readable JSON in which paths are text or base64', () => {
    const json = JSON.parse(formatManifest(SAMPLE).toString()) as Json;
    expect(json).to.deep.equal({
      ...SAMPLE,
      version: 1,
      not_captured: [
        { path: 'big', reason: 'too_large', size: 7 },
        { path: { base64: '/y8uR0lU' }, reason: 'unsafe_name' },
      ],
    });
    expect(formatManifest(SAMPLE).toString()).to.match(/^\{\n "version": 1,[^]*\}\n$/);
  });

  it('writes and reads only the keys that it knows', () => {
    const more = { ...SAMPLE, head: { ...SAMPLE.head, more: 1 }, more: 1 };
    expect(formatManifest(more).equals(formatManifest(SAMPLE))).to.equal(true);
    expect(withValue('more', 1)()).to.deep.equal(SAMPLE);
    expect(withValue('staging_area.more', 1)()).to.deep.equal(SAMPLE);
    expect(withValue('nested.0.more', 1)()).to.deep.equal(SAMPLE);
  });

  it('lets the owner of the ignore rules check them', () => {
    const data = formatManifest(SAMPLE);
    expect(parseManifest(data, (value) => [value]).ignore).to.deep.equal([SAMPLE.ignore]);
    const refusal = new PitonError('STATE_DAMAGED', 'rules');
    const refuse = (): never => {
      throw refusal;
    };
    expect(failure(() => parseManifest(data, refuse))).to.equal(refusal);
  });

  it('refuses another version, naming expected and found', () => {
    const error = failure(withValue('version', 2));
    expect(error.code).to.equal('UNSUPPORTED_FORMAT');
    expect(error.details).to.deep.equal({ expected: 1, found: 2 });
    expect(failure(withValue('version', '1')).code).to.equal('STATE_DAMAGED');
    expect(failure(withValue('version', undefined)).code).to.equal('STATE_DAMAGED');
  });

  it('takes every value of another form for damage', () => {
    const paths = ['', '/etc', 'a/../b', '..', 'a//b', './a', 'a/', 'a\0b', 7, null, { base64: 7 }];
    const wrong: Record<string, unknown[]> = {
      not_captured: [null, {}, [null], ['big'], [[]]],
      'not_captured.0.path': paths,
      'not_captured.0.reason': ['other', 'toString', 7, null, undefined],
      'not_captured.0.size': [-1, 1.5, '7', null, 2 ** 53],
      looked_at: [null, {}, [7]],
      'looked_at.0': paths,
      nested: [null, {}, ['sub'], [{ path: 'sub' }]],
      'nested.0.path': paths,
      'nested.0.head': [null, 'x', undefined],
      'nested.0.head.commit': ['x', 7, undefined, `${COMMIT}\n`, COMMIT.toUpperCase()],
      'head.ref': ['', 7, undefined, 'a\0b'],
      include_ignored: [null, 0, 'true', undefined],
      staging_area: [7, [], undefined],
      'staging_area.digest': ['', 'b', DIGEST.toUpperCase(), null],
      'staging_area.mtime_ns': [7, '', '1.5', '0x1', '01', '-0', '9'.repeat(20)],
      'staging_area.mode': [-1, 1.5, '420', 0o200000],
      'staging_area.shared': ['../HEAD', 'sharedindex.x', `x/sharedindex.${COMMIT}`, undefined],
      plan_state_digest: ['', null, 'b'.repeat(39), 'b'.repeat(41)],
    };
    for (const [place, values] of Object.entries(wrong)) {
      for (const value of values) {
        const error = failure(withValue(place, value));
        expect(error.code, `${place} ${JSON.stringify(value)}`).to.equal('STATE_DAMAGED');
      }
    }
  });

  it('takes what is not an object of JSON for damage', () => {
    for (const text of ['', 'x', '[]', 'null', '7', '{"version":1', '['.repeat(200_000)]) {
      const error = failure(() => parseManifest(Buffer.from(text), same));
      expect(error.code, text.slice(0, 20)).to.equal('STATE_DAMAGED');
    }
  });

  it('bounds its size both ways', () => {
    const large = { ...SAMPLE, ignore: 'x'.repeat(LIMITS.manifestBytes) };
    expect(failure(() => formatManifest(large)).code).to.equal('UNSUPPORTED_REPOSITORY');
    const bytes = Buffer.alloc(LIMITS.manifestBytes + 1, ' ');
    formatManifest(SAMPLE).copy(bytes);
    expect(failure(() => parseManifest(bytes, same)).message).to.include('too large');
  }).timeout(120_000);

  it('does not take the workspace itself for a path', () => {
    expect(failure(withValue('looked_at.0', ROOT)).code).to.equal('STATE_DAMAGED');
  });
});

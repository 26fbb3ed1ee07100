import fc from 'fast-check';

const gap = fc
  .array(fc.constantFrom(' ', '\n', '\r\n', '\t', '  ', '// note\n', '/* é 😀 */', '/* a\n b */'))
  .map((parts) => parts.join(''));

const { entry } = fc.letrec<{ value: string; entry: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      '1',
      'true',
      'null',
      '"piton"',
      '"// no comment, {"',
      '"\\u00e9😀"',
      '[]',
      '{}',
    ),
    listOf(tie('value')),
    objectOf(fc.constantFrom('x', 'y', 'command'), tie('value')),
  ),
  entry: objectOf(fc.constantFrom('command', 'matcher', 'extra'), tie('value')),
}));

function listOf(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const items = fc.array(
    fc.tuple(gap, item, gap).map((parts) => parts.join('')),
    { maxLength: 3 },
  );
  return fc
    .tuple(items, gap, fc.boolean())
    .map(([each, inner, comma]) => `[${each.join(',')}${commaAfter(each, comma)}${inner}]`);
}

function objectOf(key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const member = fc
    .tuple(key, gap, gap, gap, value, gap)
    .map(([name, a, b, c, each, d]) => [name, `${a}"${name}"${b}:${c}${each}${d}`] as const);
  return fc
    .tuple(fc.uniqueArray(member, { selector: ([name]) => name, maxLength: 4 }), gap, fc.boolean())
    .map(([members, inner, comma]) => {
      const texts = members.map(([, text]) => text);
      return `{${texts.join(',')}${commaAfter(texts, comma)}${inner}}`;
    });
}

function commaAfter(items: readonly string[], wanted: boolean): string {
  return wanted && items.length > 0 ? ',' : '';
}

const hooks = objectOf(fc.constantFrom('A', 'B', 'Other'), listOf(entry));

/** Settings as people and programs write them: comments, odd spaces, commas at ends. */
export const SETTINGS_TEXT = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    gap,
    fc.oneof(
      objectOf(fc.constantFrom('theme', 'permissions'), entry),
      fc
        .tuple(gap, hooks, gap, entry, gap)
        .map(([a, own, b, more, c]) => `{${a}"hooks":${own}${b},"more" : ${more}${c}}`),
      hooks.map((own) => `{"hooks": ${own}}`),
    ),
    gap,
  )
  .map((parts) => parts.join(''));

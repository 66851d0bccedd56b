/** What a validator found, in a person's words; never the value itself, which may be a secret. Pure. */

interface Issue {
  readonly path?: readonly unknown[];
  readonly message: string;
  readonly code?: unknown;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

/** How the value at the issue's place should be, continuing `it`: `should be a text`. */
export function howItShouldBe(issue: Issue): string {
  const { code, values, minimum, maximum, expected } = issue as unknown as Record<string, unknown>;
  switch (code) {
    case 'invalid_value':
      return Array.isArray(values)
        ? `may be ${values.slice(0, 20).map(String).join(', ')}`
        : 'is not one of the possible values';
    case 'invalid_type':
      return `should be ${KINDS[String(expected)] ?? String(expected)}`;
    case 'too_small':
      return minimum === 0 || minimum === 1 ? 'must be more than nothing' : `must be at least ${String(minimum)}`;
    case 'too_big':
      return `must be at most ${String(maximum)}`;
    case 'unrecognized_keys':
      return 'has a member that is not known';
    case 'custom':
      return issue.message;
    default:
      return 'is not what it should be';
  }
}

/** The place of an issue, as one writes it: `request.headers`; empty for the whole. */
export function placeOf({ path = [] }: Issue): string {
  return path
    .map((part) => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part))
    .join('.');
}

/** The first thing that keeps a value from its form, as half a sentence: `"request.headers" should be an object`. */
export function whatIsWrong(issues: readonly Issue[], whole: unknown): string {
  const [issue] = issues;
  if (!issue) return 'it is not what it should be';
  const { path = [] } = issue;
  const place = placeOf(issue);
  if (place === '')
    return typeof whole === 'object' && whole !== null ? `it ${howItShouldBe(issue)}` : 'it is no JSON object';
  const value = path.reduce<unknown>(
    (at, name) => (at as Record<PropertyKey, unknown> | null)?.[name as PropertyKey],
    whole,
  );
  return `"${place}" ${value === undefined || value === null ? 'is missing' : howItShouldBe(issue)}`;
}

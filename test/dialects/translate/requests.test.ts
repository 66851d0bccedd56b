import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapterOf, TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { CanonicalRequest, Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { translateRequest } from '../../../gateway/dialects/canonical/translate.ts';
import { conversations, write } from './conversation.ts';
import { TARGET, translated } from './support.ts';

const PAIRS = TRANSLATED_DIALECTS.flatMap((from) => TRANSLATED_DIALECTS.map((to) => [from, to] as const));

function parse(dialect: TranslatedDialect, body: unknown): CanonicalRequest {
  const parsed = adapterOf(dialect).parseRequest(body, { model: 'm' });
  if (parsed.refused !== undefined) throw new Error(parsed.refused.message);
  return parsed.value;
}

/** What a request means, whoever said it: who said what in which order, and which knobs are turned. */
function meaning(request: CanonicalRequest) {
  const said: { role: string; said: unknown[] }[] = [];
  for (const message of request.messages) {
    const role = message.role === 'tool' ? 'user' : message.role;
    const parts = message.parts.map((part) => {
      if (part.type === 'text') return part.text;
      if (part.type === 'image')
        return part.source.kind === 'url'
          ? part.source.url
          : part.source.kind === 'base64'
            ? part.source.data
            : part.source;
      if (part.type === 'tool-call') return { id: part.id, name: part.name, input: JSON.parse(part.argumentsText) };
      if (part.type === 'tool-result')
        return {
          callId: part.callId,
          text: part.content.map((item) => (item.type === 'text' ? item.text : item)).join(),
        };
      return part;
    });
    const last = said[said.length - 1];
    if (last?.role === role) last.said.push(...parts);
    else said.push({ role, said: parts });
  }
  const { sampling, toolChoice, maxTokens, tools, stopSequences } = request;
  return {
    said,
    tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
    toolChoice,
    maxTokens,
    stopSequences,
    temperature: sampling.temperature,
    topP: sampling.topP,
  };
}

describe.each(TRANSLATED_DIALECTS)('a request in %s', (dialect) => {
  it('means the same after it was read and written again', () => {
    fc.assert(
      fc.property(conversations, (talk) => {
        const first = parse(dialect, write(dialect, talk));
        const built = adapterOf(dialect).buildRequest(first, { model: 'm' });
        if (built.refused !== undefined) throw new Error(built.refused.message);
        const again = parse(dialect, built.value);
        expect({ ...again, messages: again.messages.map(({ at: _, ...rest }) => rest) }).toEqual({
          ...first,
          messages: first.messages.map(({ at: _, ...rest }) => rest),
        });
        expect(built.ledger.filter((entry) => entry.action !== 'defaulted')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is refused with a sentence, never a throw, whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const result = translateRequest(dialect, 'anthropic-messages', body, TARGET);
        if (result.refused !== undefined) expect(result.refused.message).toMatch(/\.$/);
      }),
      { numRuns: 200 },
    );
  });

  const whole = write(dialect, {
    turns: [{ user: 'u', answer: 'a', calls: [{ id: 'c', name: 'search', input: {}, result: 'r' }] }],
    last: 'l',
    tools: [],
    maxTokens: 16,
  });

  it.each(pathsOf(whole).map((path) => [path.join('/'), path] as const))(
    'is refused or translated with an object at %s that cannot be made a text',
    (_, path) => {
      for (const to of TRANSLATED_DIALECTS) {
        const body = replaceAt(whole, path, { toString: '' });
        expect(() => translateRequest(dialect, to, body, TARGET)).not.toThrow();
      }
    },
  );

  it('is refused or translated, never a throw, when members are replaced by other JSON', () => {
    const paths = pathsOf(whole);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(...TRANSLATED_DIALECTS),
        (path, value, to) => {
          translateRequest(dialect, to, replaceAt(whole, path, value), TARGET);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe.each(PAIRS)('a request from %s to %s', (from, to) => {
  it('keeps who said what, calls, results, tools and knobs, or says what it altered', () => {
    fc.assert(
      fc.property(conversations, (talk) => {
        const { body, ledger } = translated(from, to, write(from, talk));
        const before = meaning(parse(from, write(from, talk)));
        const after = meaning(parse(to, body));
        expect(after).toEqual(before);
        expect(ledger.filter((entry) => entry.action === 'dropped' || entry.action === 'clamped')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe.each(PAIRS.filter(([from, to]) => from !== to))('unknown fields from %s to %s', (from, to) => {
  it('are listed, each by its name', () => {
    const body = { ...write(from, { turns: [], last: 'hi', tools: [], maxTokens: 16 }), novelty_knob: 7 };
    const { ledger, body: wire } = translated(from, to, body);
    expect(ledger).toContainEqual({ path: 'novelty_knob', action: 'dropped', why: expect.any(String), before: 7 });
    expect(JSON.stringify(wire)).not.toContain('novelty_knob');
  });
});

it('a ledger tells no text of unknown fields and no user: either may be a secret', () => {
  for (const to of ['anthropic-messages', 'gemini-generate'] as const) {
    const body = {
      ...write('openai-chat', { turns: [], last: 'hi', tools: [], maxTokens: 16 }),
      api_key: 'sk-canary',
      user: 'canary@x.org',
    };
    expect(JSON.stringify(translated('openai-chat', to, body).ledger)).not.toContain('canary');
  }
});

it.each(TRANSLATED_DIALECTS)('unknown fields of %s stay when it is written in the same dialect', (dialect) => {
  const body = { ...write(dialect, { turns: [], last: 'hi', tools: [], maxTokens: 16 }), novelty_knob: { on: true } };
  expect(translated(dialect, dialect, body).body.novelty_knob).toEqual({ on: true });
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const children = Object.entries(value).flatMap(([key, inner]) =>
    pathsOf(inner, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? children : [at, ...children];
}

function replaceAt(body: Fields, path: Path, value: unknown): unknown {
  const copy = structuredClone(JSON.parse(JSON.stringify(body))) as Record<string | number, unknown>;
  let holder = copy;
  for (const key of path.slice(0, -1)) holder = (holder[key] ?? {}) as Record<string | number, unknown>;
  holder[path[path.length - 1] ?? ''] = value;
  return copy;
}

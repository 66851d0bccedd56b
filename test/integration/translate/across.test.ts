/** The makers' SDKs, each asking providers that speak another maker's dialect on the wire. */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import {
  type ProviderServer,
  startProviderServer,
  UNICODE,
} from '../../support/provider-servers/start-provider-server.ts';

const WIRES = ['openai', 'anthropic', 'gemini'] as const;
type Wire = (typeof WIRES)[number];
const DIALECT = { openai: 'openai-chat', anthropic: 'anthropic-messages', gemini: 'gemini' } as const;
const PRESET = { openai: 'openai', anthropic: 'anthropic', gemini: 'google-gemini' } as const;
const MODEL = {
  openai: 'openai/gpt-4o-mini',
  anthropic: 'anthropic/claude-sonnet-5',
  gemini: 'gemini/gemini-2.5-flash',
};

let gateway: TestGateway;
const servers = {} as Record<Wire, ProviderServer>;

beforeAll(async () => {
  gateway = await startTestGateway();
  for (const wire of WIRES) {
    const server = await startProviderServer({ dialect: wire });
    servers[wire] = server;
    const provider = { preset: PRESET[wire], name: wire, baseUrl: server.url, dialect: DIALECT[wire] } as const;
    await gateway.addProvider({ ...provider, id: wire }, server.key());
    for (const state of ['expired', 'no-credit', 'restricted'] as const) {
      await gateway.addProvider({ ...provider, id: `${wire}-${state}` }, server.key(state));
    }
  }
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all(Object.values(servers).map((server) => server.close()));
});
afterEach(() => {
  for (const server of Object.values(servers)) server.setFault(null);
});

const openai = () => new OpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
const anthropic = () => new Anthropic({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 });
const gemini = () => new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } });

/** Each SDK's way to ask for a text, in one piece and as a stream. */
const CALLERS = {
  'openai chat': {
    own: 'openai',
    whole: async (model: string, text: string) => {
      const answer = await openai().chat.completions.create({ model, messages: [{ role: 'user', content: text }] });
      return {
        text: answer.choices[0]?.message.content ?? '',
        finish: answer.choices[0]?.finish_reason,
        used: answer.usage?.total_tokens,
      };
    },
    stream: async (model: string, text: string) => {
      let all = '';
      const stream = await openai().chat.completions.create({
        model,
        stream: true,
        messages: [{ role: 'user', content: text }],
      });
      for await (const chunk of stream) all += chunk.choices[0]?.delta.content ?? '';
      return all;
    },
  },
  'openai completions': {
    own: 'openai',
    whole: async (model: string, text: string) => {
      const answer = await openai().completions.create({ model, prompt: text });
      return {
        text: answer.choices[0]?.text ?? '',
        finish: answer.choices[0]?.finish_reason,
        used: answer.usage?.total_tokens,
      };
    },
    stream: async (model: string, text: string) => {
      let all = '';
      for await (const chunk of await openai().completions.create({ model, stream: true, prompt: text }))
        all += chunk.choices[0]?.text ?? '';
      return all;
    },
  },
  'openai responses': {
    own: undefined,
    whole: async (model: string, text: string) => {
      const answer = await openai().responses.create({ model, input: text, store: false });
      return { text: answer.output_text, finish: answer.status, used: answer.usage?.total_tokens };
    },
    stream: async (model: string, text: string) => {
      let all = '';
      const stream = await openai().responses.create({ model, stream: true, input: text, store: false });
      for await (const event of stream) if (event.type === 'response.output_text.delta') all += event.delta;
      return all;
    },
  },
  'anthropic messages': {
    own: 'anthropic',
    whole: async (model: string, text: string) => {
      const answer = await anthropic().messages.create({
        model,
        max_tokens: 100,
        messages: [{ role: 'user', content: text }],
      });
      const block = answer.content[0];
      return {
        text: block?.type === 'text' ? block.text : '',
        finish: answer.stop_reason,
        used: answer.usage.output_tokens,
      };
    },
    stream: async (model: string, text: string) =>
      await anthropic()
        .messages.stream({ model, max_tokens: 100, messages: [{ role: 'user', content: text }] })
        .finalText(),
  },
  gemini: {
    own: 'gemini',
    whole: async (model: string, text: string) => {
      const answer = await gemini().models.generateContent({ model, contents: text });
      return {
        text: answer.text ?? '',
        finish: answer.candidates?.[0]?.finishReason,
        used: answer.usageMetadata?.totalTokenCount,
      };
    },
    stream: async (model: string, text: string) => {
      let all = '';
      for await (const chunk of await gemini().models.generateContentStream({ model, contents: text }))
        all += chunk.text ?? '';
      return all;
    },
  },
} as const;

const PAIRS = Object.entries(CALLERS).flatMap(([name, caller]) =>
  WIRES.filter((wire) => wire !== caller.own && !(name === 'openai responses' && wire === 'openai')).map((wire) => ({
    name,
    caller,
    wire,
  })),
);

describe.each(PAIRS)('$name asks a provider of $wire', ({ caller, wire }) => {
  it('text, with its end and its tokens', async () => {
    const answer = await caller.whole(MODEL[wire], 'hello');
    expect(answer.text.length).toBeGreaterThan(3);
    expect(answer.finish).toBeTruthy();
    expect(answer.used).toBeGreaterThan(0);
  });

  it('a stream of any script, cut inside every character', async () => {
    servers[wire].setFault({ kind: 'split', bytes: 1 });
    const text = await caller.stream(MODEL[wire], 'unicode please');
    expect(text).toContain(UNICODE);
  });
});

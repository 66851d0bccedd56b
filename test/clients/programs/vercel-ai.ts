/** Vercel `ai` with each of its three provider packages; the tool loop is the library's own. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import {
  APICallError,
  type EmbeddingModel,
  embedMany,
  generateText,
  jsonSchema,
  type LanguageModel,
  Output,
  stepCountIs,
  streamText,
  tool,
} from 'ai';
import { type Case, PICTURE, REPORT_SCHEMA, SYSTEM, WEATHER_SCHEMA, weatherIn } from '../model.ts';
import { CHAT_CASES, caught, type Outcome, type Place, type Program } from './program.ts';

type Options = Parameters<typeof generateText>[0]['providerOptions'];

function program(
  name: string,
  models: (place: Place) => { readonly chat: LanguageModel; readonly embedding?: EmbeddingModel },
  thinking: Options,
  always?: Options,
): Program {
  return {
    name: `ai · ${name}`,
    cases: name === 'anthropic' ? CHAT_CASES : [...CHAT_CASES, 'embedding'],
    ways: ['whole', 'stream'],
    converse: (asked, place, way) => {
      const { chat, embedding } = models(place);
      if (asked === 'embedding') return caught(embed(embedding as EmbeddingModel));
      return caught(converse(asked, chat, way === 'stream', asked === 'thinking' ? thinking : always));
    },
  };
}

export const aiOpenai = program(
  'openai',
  ({ origin, key, model, embeddingModel = 'none' }) => {
    const provider = createOpenAI({ apiKey: key, baseURL: `${origin}/v1` });
    return { chat: provider.responses(model), embedding: provider.textEmbeddingModel(embeddingModel) };
  },
  {
    openai: { store: false, reasoningEffort: 'medium', include: ['reasoning.encrypted_content'], forceReasoning: true },
  },
  // Without it the package refers to earlier items by their ids, and the OpenAI that stands in here keeps none.
  { openai: { store: false } },
);

export const aiAnthropic = program(
  'anthropic',
  ({ origin, key, model }) => ({ chat: createAnthropic({ apiKey: key, baseURL: `${origin}/v1` })(model) }),
  { anthropic: { thinking: { type: 'enabled', budgetTokens: 2048 } } },
);

export const aiGoogle = program(
  'google',
  ({ origin, key, model, embeddingModel = 'none' }) => {
    const provider = createGoogleGenerativeAI({ apiKey: key, baseURL: `${origin}/v1beta` });
    return { chat: provider(model), embedding: provider.textEmbeddingModel(embeddingModel) };
  },
  { google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } } },
);

async function converse(
  asked: Case,
  model: LanguageModel,
  stream: boolean,
  providerOptions: Options,
): Promise<Outcome> {
  const request = {
    model,
    maxRetries: 0,
    system: SYSTEM,
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'text' as const, text: `case: ${asked}` },
          ...(asked === 'image' ? [{ type: 'image' as const, image: PICTURE, mediaType: 'image/png' }] : []),
        ],
      },
    ],
    ...(providerOptions ? { providerOptions } : {}),
    ...(['tool', 'parallel', 'thinking'].includes(asked)
      ? {
          tools: {
            get_weather: tool({
              inputSchema: jsonSchema<{ city: string }>(WEATHER_SCHEMA),
              execute: async ({ city }) => weatherIn(city),
            }),
          },
          stopWhen: stepCountIs(3),
        }
      : {}),
    ...(asked === 'schema' ? { output: Output.object({ schema: jsonSchema(REPORT_SCHEMA) }) } : {}),
  };
  if (!stream) {
    const { text, usage } = await generateText(request);
    return { text, usage: { input: usage.inputTokens, output: usage.outputTokens } };
  }
  let failure: unknown;
  const result = streamText({
    ...request,
    onError: ({ error }) => {
      failure = error;
    },
  });
  await result.consumeStream();
  if (failure instanceof APICallError || failure instanceof Error) throw failure;
  const usage = await result.usage;
  return { text: await result.text, usage: { input: usage.inputTokens, output: usage.outputTokens } };
}

async function embed(model: EmbeddingModel): Promise<Outcome> {
  const { embeddings } = await embedMany({ model, values: ['one', 'two'], maxRetries: 0 });
  return { vectors: embeddings };
}

/** `@langchain/openai` and `@langchain/anthropic`. */
import { ChatAnthropic } from '@langchain/anthropic';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import {
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { type Case, PICTURE, REPORT_SCHEMA, SYSTEM, WEATHER_SCHEMA, weatherIn } from '../model.ts';
import { CHAT_CASES, caught, type Outcome, type Place, type Program } from './program.ts';

const weather = tool(({ city }: { city: string }) => weatherIn(city), {
  name: 'get_weather',
  description: 'The weather in a city',
  schema: WEATHER_SCHEMA,
});

export const langchainOpenai: Program = {
  name: '@langchain/openai',
  cases: [...CHAT_CASES, 'embedding'],
  ways: ['whole', 'stream'],
  converse: (asked, place, way) => {
    if (asked === 'embedding') return caught(embed(place));
    const model = new ChatOpenAI({
      model: place.model,
      apiKey: place.key,
      maxRetries: 0,
      configuration: { baseURL: `${place.origin}/v1` },
      ...(asked === 'thinking' ? { reasoning: { effort: 'medium' } } : {}),
    });
    return caught(converse(asked, model, way === 'stream'));
  },
};

export const langchainAnthropic: Program = {
  name: '@langchain/anthropic',
  cases: CHAT_CASES,
  ways: ['whole', 'stream'],
  converse: (asked, place, way) => {
    const model = new ChatAnthropic({
      model: place.model,
      apiKey: place.key,
      maxRetries: 0,
      maxTokens: 4096,
      anthropicApiUrl: place.origin,
      ...(asked === 'thinking' ? { thinking: { type: 'enabled', budget_tokens: 2048 } } : {}),
    });
    return caught(converse(asked, model, way === 'stream'));
  },
};

async function converse(asked: Case, model: ChatOpenAI | ChatAnthropic, stream: boolean): Promise<Outcome> {
  const url = `data:image/png;base64,${PICTURE.toString('base64')}`;
  const messages: BaseMessage[] = [
    new SystemMessage(SYSTEM),
    asked === 'image'
      ? new HumanMessage({
          content: [
            { type: 'text', text: `case: ${asked}` },
            { type: 'image_url', image_url: { url } },
          ],
        })
      : new HumanMessage(`case: ${asked}`),
  ];
  if (asked === 'schema') {
    const structured = (model as BaseChatModel).withStructuredOutput(REPORT_SCHEMA, {
      name: 'report',
      method: 'jsonSchema',
    });
    return { text: JSON.stringify(await structured.invoke(messages)) };
  }
  const usesTools = ['tool', 'parallel', 'thinking'].includes(asked);
  const runnable = usesTools ? model.bindTools([weather]) : model;
  for (let turn = 0; turn < 3; turn += 1) {
    const message = stream ? await gathered(await runnable.stream(messages)) : await runnable.invoke(messages);
    const calls = message.tool_calls ?? [];
    if (calls.length === 0)
      return {
        text: message.text,
        ...(stream && model instanceof ChatAnthropic ? {} : { usage: usageOf(message) }),
      };
    messages.push(message);
    for (const call of calls) {
      messages.push(new ToolMessage({ tool_call_id: call.id ?? '', content: weatherIn(String(call.args.city)) }));
    }
  }
  return { text: 'the calls never end' };
}

/** Not of `ChatAnthropic`'s streams: it adds the output that `message_start` announces to the count at the end. */
function usageOf({ usage_metadata: usage }: AIMessageChunk): Outcome['usage'] {
  return { input: usage?.input_tokens, output: usage?.output_tokens };
}

async function gathered(stream: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  let whole: AIMessageChunk | undefined;
  for await (const chunk of stream) whole = whole ? whole.concat(chunk) : chunk;
  if (!whole) throw new Error('The stream was empty.');
  return whole;
}

async function embed({ key, origin, embeddingModel = 'none' }: Place): Promise<Outcome> {
  const model = new OpenAIEmbeddings({
    model: embeddingModel,
    apiKey: key,
    maxRetries: 0,
    configuration: { baseURL: `${origin}/v1` },
  });
  return { vectors: await model.embedDocuments(['one', 'two']) };
}

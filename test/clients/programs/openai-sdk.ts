/** npm `openai`: chat completions, responses, embeddings. */
import OpenAI from 'openai';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { ResponseInput } from 'openai/resources/responses/responses';
import { type Case, PICTURE, REPORT_SCHEMA, SYSTEM, WEATHER_SCHEMA, weatherIn } from '../model.ts';
import { CHAT_CASES, caught, type Outcome, type Place, type Program } from './program.ts';

const DATA_URL = `data:image/png;base64,${PICTURE.toString('base64')}`;
const usesTools = (asked: Case) => asked === 'tool' || asked === 'parallel' || asked === 'thinking';

function clientOf({ origin, key }: Place): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: `${origin}/v1`, maxRetries: 0 });
}

export const openaiChat: Program = {
  name: 'openai · chat',
  cases: CHAT_CASES,
  ways: ['whole', 'stream'],
  converse: (asked, place, way) => caught(chat(asked, place, way === 'stream')),
};

async function chat(asked: Case, place: Place, stream: boolean): Promise<Outcome> {
  const client = clientOf(place);
  const messages: ChatCompletionMessageParam[] = [
    { role: 'system', content: SYSTEM },
    {
      role: 'user',
      content:
        asked === 'image'
          ? [
              { type: 'text', text: `case: ${asked}` },
              { type: 'image_url', image_url: { url: DATA_URL } },
            ]
          : `case: ${asked}`,
    },
  ];
  for (let turn = 0; turn < 3; turn += 1) {
    const body = {
      model: place.model,
      messages,
      ...(usesTools(asked)
        ? {
            tools: [{ type: 'function' as const, function: { name: 'get_weather', parameters: WEATHER_SCHEMA } }],
          }
        : {}),
      ...(asked === 'thinking' ? { reasoning_effort: 'medium' as const } : {}),
      ...(asked === 'schema'
        ? {
            response_format: {
              type: 'json_schema' as const,
              json_schema: { name: 'report', strict: true, schema: REPORT_SCHEMA },
            },
          }
        : {}),
    };
    const completion = stream
      ? await client.chat.completions.stream({ ...body, stream_options: { include_usage: true } }).finalChatCompletion()
      : await client.chat.completions.create(body);
    const message = completion.choices[0]?.message;
    const calls = message?.tool_calls ?? [];
    if (!message || calls.length === 0)
      return {
        text: message?.content ?? undefined,
        usage: { input: completion.usage?.prompt_tokens, output: completion.usage?.completion_tokens },
      };
    messages.push(message);
    for (const call of calls) {
      if (call.type !== 'function') continue;
      const { city } = JSON.parse(call.function.arguments) as { city: string };
      messages.push({ role: 'tool', tool_call_id: call.id, content: weatherIn(city) });
    }
  }
  return { text: 'the calls never end' };
}

export const openaiResponses: Program = {
  name: 'openai · responses',
  cases: CHAT_CASES,
  ways: ['whole', 'stream'],
  converse: (asked, place, way) => caught(respond(asked, place, way === 'stream')),
};

async function respond(asked: Case, place: Place, stream: boolean): Promise<Outcome> {
  const client = clientOf(place);
  const input: ResponseInput = [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: `case: ${asked}` },
        ...(asked === 'image' ? [{ type: 'input_image' as const, image_url: DATA_URL, detail: 'auto' as const }] : []),
      ],
    },
  ];
  for (let turn = 0; turn < 3; turn += 1) {
    const body = {
      model: place.model,
      instructions: SYSTEM,
      input,
      store: false,
      ...(usesTools(asked)
        ? { tools: [{ type: 'function' as const, name: 'get_weather', parameters: WEATHER_SCHEMA, strict: true }] }
        : {}),
      ...(asked === 'thinking'
        ? {
            reasoning: { effort: 'medium' as const, summary: 'auto' as const },
            include: ['reasoning.encrypted_content' as const],
          }
        : {}),
      ...(asked === 'schema'
        ? { text: { format: { type: 'json_schema' as const, name: 'report', strict: true, schema: REPORT_SCHEMA } } }
        : {}),
    };
    const response = stream ? await client.responses.stream(body).finalResponse() : await client.responses.create(body);
    const calls = response.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
    if (calls.length === 0)
      return {
        text: response.output_text,
        usage: { input: response.usage?.input_tokens, output: response.usage?.output_tokens },
      };
    // Whole, with the reasoning in its place: as the documents ask for where nothing is stored.
    input.push(...(response.output as ResponseInput));
    for (const call of calls) {
      const { city } = JSON.parse(call.arguments) as { city: string };
      input.push({ type: 'function_call_output', call_id: call.call_id, output: weatherIn(city) });
    }
  }
  return { text: 'the calls never end' };
}

export const openaiEmbeddings: Program = {
  name: 'openai · embeddings',
  cases: ['embedding'],
  ways: ['whole'],
  converse: (_, place) => caught(embed(place)),
};

async function embed(place: Place): Promise<Outcome> {
  const { data } = await clientOf(place).embeddings.create({
    model: place.embeddingModel ?? 'this upstream has no model of embeddings',
    input: ['one', 'two'],
  });
  return { vectors: data.map(({ embedding }) => embedding) };
}

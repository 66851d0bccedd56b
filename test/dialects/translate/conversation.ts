/** Conversations without a dialect, and how a program of each dialect writes them: what the property tests start from. */
import fc from 'fast-check';
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: Fields;
  readonly result: string;
}

export interface Turn {
  readonly user: string;
  readonly image?: string;
  readonly answer: string;
  readonly calls: readonly Call[];
}

export interface Conversation {
  readonly system?: string;
  readonly turns: readonly Turn[];
  readonly last: string;
  readonly tools: readonly { readonly name: string; readonly description: string; readonly parameters: Fields }[];
  readonly choice?: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
}

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => text.trim() !== '');
const toolName = fc.constantFrom('get_weather', 'search', 'read_file');
const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.integer({ min: -1000, max: 1000 }),
  fc.boolean(),
  fc.constant(null),
);
const input = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.oneof(value, fc.array(value, { maxLength: 3 })), {
  maxKeys: 3,
});
const turn = fc.record(
  {
    user: words,
    image: fc.constantFrom('https://example.com/cat.png', 'data:image/png;base64,iVBORw0KGgo='),
    answer: words,
    calls: fc.array(fc.record({ name: toolName, input, result: words }), { maxLength: 3 }),
  },
  { requiredKeys: ['user', 'answer', 'calls'] },
);
const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string', description: 'Where' }, days: { type: ['integer', 'null'] } },
  required: ['city'],
};
const TOOLS = ['get_weather', 'search', 'read_file'].map((name) => ({
  name,
  description: `Does ${name}`,
  parameters: SCHEMA,
}));

export const conversations: fc.Arbitrary<Conversation> = fc
  .record(
    {
      system: words,
      turns: fc.array(turn, { maxLength: 3 }),
      last: words,
      choice: fc.constantFrom('auto' as const, 'none' as const, 'required' as const, { name: 'search' }),
      maxTokens: fc.integer({ min: 16, max: 4096 }),
      temperature: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
      topP: fc.integer({ min: 1, max: 10 }).map((tenths) => tenths / 10),
    },
    { requiredKeys: ['turns', 'last', 'maxTokens'] },
  )
  .map((made) => ({
    ...made,
    tools: TOOLS,
    turns: made.turns.map((one, place) => ({
      ...one,
      calls: one.calls.map((call, index) => ({ ...call, id: `call_${place}_${index}` })),
    })),
  }));

/** The wire body of a program that speaks `dialect`. */
export function write(dialect: TranslatedDialect, talk: Conversation): Fields {
  return WRITERS[dialect](talk);
}

const WRITERS: Record<TranslatedDialect, (talk: Conversation) => Fields> = {
  'openai-chat': (talk) => ({
    model: 'm',
    messages: [
      ...(talk.system === undefined ? [] : [{ role: 'system', content: talk.system }]),
      ...talk.turns.flatMap((turn) => [
        {
          role: 'user',
          content:
            turn.image === undefined
              ? turn.user
              : [
                  { type: 'text', text: turn.user },
                  { type: 'image_url', image_url: { url: turn.image } },
                ],
        },
        {
          role: 'assistant',
          content: turn.answer,
          ...(turn.calls.length > 0
            ? {
                tool_calls: turn.calls.map(({ id, name, input }) => ({
                  id,
                  type: 'function',
                  function: { name, arguments: JSON.stringify(input) },
                })),
              }
            : {}),
        },
        ...turn.calls.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result })),
      ]),
      { role: 'user', content: talk.last },
    ],
    tools: talk.tools.map((tool) => ({ type: 'function', function: tool })),
    tool_choice: typeof talk.choice === 'object' ? { type: 'function', function: talk.choice } : talk.choice,
    max_completion_tokens: talk.maxTokens,
    temperature: talk.temperature,
    top_p: talk.topP,
    stop: talk.stop,
  }),
  'openai-responses': (talk) => ({
    model: 'm',
    instructions: talk.system,
    input: [
      ...talk.turns.flatMap((turn) => [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: turn.user },
            ...(turn.image === undefined ? [] : [{ type: 'input_image', image_url: turn.image, detail: 'auto' }]),
          ],
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: turn.answer, annotations: [] }] },
        ...turn.calls.map(({ id, name, input }) => ({
          type: 'function_call',
          call_id: id,
          name,
          arguments: JSON.stringify(input),
        })),
        ...turn.calls.map(({ id, result }) => ({ type: 'function_call_output', call_id: id, output: result })),
      ]),
      { role: 'user', content: talk.last },
    ],
    tools: talk.tools.map((tool) => ({ type: 'function', ...tool, strict: false })),
    tool_choice: typeof talk.choice === 'object' ? { type: 'function', ...talk.choice } : talk.choice,
    max_output_tokens: talk.maxTokens,
    temperature: talk.temperature,
    top_p: talk.topP,
  }),
  'anthropic-messages': (talk) => ({
    model: 'm',
    system: talk.system,
    messages: mergeUsers([
      ...talk.turns.flatMap((turn) => [
        {
          role: 'user',
          content: [
            { type: 'text', text: turn.user },
            ...(turn.image === undefined ? [] : [anthropicImage(turn.image)]),
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: turn.answer },
            ...turn.calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
          ],
        },
        {
          role: 'user',
          content: turn.calls.map(({ id, result }) => ({ type: 'tool_result', tool_use_id: id, content: result })),
        },
      ]),
      { role: 'user', content: [{ type: 'text', text: talk.last }] },
    ]),
    tools: talk.tools.map(({ name, description, parameters }) => ({ name, description, input_schema: parameters })),
    tool_choice:
      typeof talk.choice === 'object'
        ? { type: 'tool', ...talk.choice }
        : talk.choice && { type: talk.choice === 'required' ? 'any' : talk.choice },
    max_tokens: talk.maxTokens,
    temperature: talk.temperature,
    top_p: talk.topP,
    stop_sequences: talk.stop,
  }),
  'gemini-generate': (talk) => ({
    systemInstruction: talk.system === undefined ? undefined : { parts: [{ text: talk.system }] },
    contents: [
      ...talk.turns.flatMap((turn) => [
        { role: 'user', parts: [{ text: turn.user }, ...(turn.image === undefined ? [] : [geminiImage(turn.image)])] },
        {
          role: 'model',
          parts: [
            { text: turn.answer },
            ...turn.calls.map(({ id, name, input }) => ({ functionCall: { id, name, args: input } })),
          ],
        },
        ...(turn.calls.length > 0
          ? [
              {
                role: 'user',
                parts: turn.calls.map(({ id, name, result }) => ({
                  functionResponse: { id, name, response: { output: result } },
                })),
              },
            ]
          : []),
      ]),
      { role: 'user', parts: [{ text: talk.last }] },
    ],
    tools: [
      {
        functionDeclarations: talk.tools.map(({ name, description, parameters }) => ({
          name,
          description,
          parametersJsonSchema: parameters,
        })),
      },
    ],
    toolConfig: talk.choice && {
      functionCallingConfig:
        typeof talk.choice === 'object'
          ? { mode: 'ANY', allowedFunctionNames: [talk.choice.name] }
          : { mode: talk.choice === 'required' ? 'ANY' : talk.choice.toUpperCase() },
    },
    generationConfig: {
      maxOutputTokens: talk.maxTokens,
      temperature: talk.temperature,
      topP: talk.topP,
      stopSequences: talk.stop,
    },
  }),
};

function mergeUsers(messages: { role: string; content: object[] }[]): object[] {
  const merged: { role: string; content: object[] }[] = [];
  for (const message of messages) {
    const last = merged[merged.length - 1];
    if (last?.role === message.role) last.content.push(...message.content);
    else merged.push({ role: message.role, content: [...message.content] });
  }
  return merged;
}

function anthropicImage(url: string): object {
  const data = /^data:image\/png;base64,(.*)$/.exec(url)?.[1];
  return {
    type: 'image',
    source: data === undefined ? { type: 'url', url } : { type: 'base64', media_type: 'image/png', data },
  };
}

function geminiImage(url: string): object {
  const data = /^data:image\/png;base64,(.*)$/.exec(url)?.[1];
  return data === undefined
    ? { fileData: { mimeType: 'image/png', fileUri: url } }
    : { inlineData: { mimeType: 'image/png', data } };
}

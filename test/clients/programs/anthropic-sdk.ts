/** npm `@anthropic-ai/sdk`: messages. */
import Anthropic from '@anthropic-ai/sdk';
import type { MessageParam, ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages';
import { type Case, PICTURE, REPORT_SCHEMA, SYSTEM, WEATHER_SCHEMA, weatherIn } from '../model.ts';
import { CHAT_CASES, caught, type Outcome, type Place, type Program } from './program.ts';

export const anthropicMessages: Program = {
  name: '@anthropic-ai/sdk',
  cases: CHAT_CASES,
  ways: ['whole', 'stream'],
  converse: (asked, place, way) => caught(converse(asked, place, way === 'stream')),
};

async function converse(asked: Case, { origin, key, model }: Place, stream: boolean): Promise<Outcome> {
  const client = new Anthropic({ apiKey: key, baseURL: origin, maxRetries: 0 });
  const messages: MessageParam[] = [
    {
      role: 'user',
      content: [
        { type: 'text', text: `case: ${asked}` },
        ...(asked === 'image'
          ? [
              {
                type: 'image' as const,
                source: { type: 'base64' as const, media_type: 'image/png' as const, data: PICTURE.toString('base64') },
              },
            ]
          : []),
      ],
    },
  ];
  for (let turn = 0; turn < 3; turn += 1) {
    const body = {
      model,
      max_tokens: 4096,
      system: SYSTEM,
      messages,
      ...(['tool', 'parallel', 'thinking'].includes(asked)
        ? { tools: [{ name: 'get_weather', input_schema: WEATHER_SCHEMA }] }
        : {}),
      ...(asked === 'thinking' ? { thinking: { type: 'enabled' as const, budget_tokens: 2048 } } : {}),
      ...(asked === 'schema'
        ? { output_config: { format: { type: 'json_schema' as const, schema: REPORT_SCHEMA } } }
        : {}),
    };
    const message = stream ? await client.messages.stream(body).finalMessage() : await client.messages.create(body);
    const calls = message.content.filter((block) => block.type === 'tool_use');
    if (calls.length === 0)
      return {
        text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
        usage: { input: message.usage.input_tokens, output: message.usage.output_tokens },
      };
    messages.push({ role: 'assistant', content: message.content });
    const results = calls.map(
      (call): ToolResultBlockParam => ({
        type: 'tool_result',
        tool_use_id: call.id,
        content: weatherIn((call.input as { city: string }).city),
      }),
    );
    messages.push({ role: 'user', content: results });
  }
  return { text: 'the calls never end' };
}

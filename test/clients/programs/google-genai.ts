/** npm `@google/genai`: generateContent, generateContentStream, embedContent. */
import { type Content, type GenerateContentParameters, GoogleGenAI, type Part } from '@google/genai';
import { type Case, PICTURE, REPORT_SCHEMA, SYSTEM, WEATHER_SCHEMA, weatherIn } from '../model.ts';
import { CHAT_CASES, caught, type Outcome, type Place, type Program } from './program.ts';

export const googleGenai: Program = {
  name: '@google/genai',
  cases: [...CHAT_CASES, 'embedding'],
  ways: ['whole', 'stream'],
  converse: (asked, place, way) =>
    caught(asked === 'embedding' ? embed(place) : converse(asked, place, way === 'stream')),
};

function clientOf({ origin, key }: Place): GoogleGenAI {
  return new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: origin } });
}

async function converse(asked: Case, place: Place, stream: boolean): Promise<Outcome> {
  const client = clientOf(place);
  const contents: Content[] = [
    {
      role: 'user',
      parts: [
        { text: `case: ${asked}` },
        ...(asked === 'image' ? [{ inlineData: { mimeType: 'image/png', data: PICTURE.toString('base64') } }] : []),
      ],
    },
  ];
  for (let turn = 0; turn < 3; turn += 1) {
    const request: GenerateContentParameters = {
      model: place.model,
      contents,
      config: {
        systemInstruction: SYSTEM,
        ...(['tool', 'parallel', 'thinking'].includes(asked)
          ? { tools: [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: WEATHER_SCHEMA }] }] }
          : {}),
        ...(asked === 'thinking' ? { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } } : {}),
        ...(asked === 'schema' ? { responseMimeType: 'application/json', responseJsonSchema: REPORT_SCHEMA } : {}),
      },
    };
    const { parts, input, output } = await take(client, request, stream);
    const calls = parts.flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));
    if (calls.length === 0)
      return {
        text: parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join(''),
        usage: { input, output },
      };
    contents.push({ role: 'model', parts });
    contents.push({
      role: 'user',
      parts: calls.map(({ id, name, args }) => ({
        functionResponse: { id, name, response: { output: weatherIn(String(args?.city)) } },
      })),
    });
  }
  return { text: 'the calls never end' };
}

async function take(client: GoogleGenAI, request: GenerateContentParameters, stream: boolean) {
  if (!stream) {
    const { candidates, usageMetadata } = await client.models.generateContent(request);
    return {
      parts: candidates?.[0]?.content?.parts ?? [],
      input: usageMetadata?.promptTokenCount,
      output: usageMetadata?.candidatesTokenCount,
    };
  }
  const parts: Part[] = [];
  let usage: { promptTokenCount?: number; candidatesTokenCount?: number } | undefined;
  for await (const chunk of await client.models.generateContentStream(request)) {
    parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
    usage = chunk.usageMetadata ?? usage;
  }
  return { parts, input: usage?.promptTokenCount, output: usage?.candidatesTokenCount };
}

async function embed(place: Place): Promise<Outcome> {
  const { embeddings } = await clientOf(place).models.embedContent({
    model: place.embeddingModel ?? 'this upstream has no model of embeddings',
    contents: ['one', 'two'],
  });
  return { vectors: (embeddings ?? []).map(({ values }) => values ?? []) };
}

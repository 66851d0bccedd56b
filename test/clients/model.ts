/**
 * The model behind every upstream of the table: what it says is decided by what reached it, in terms that no wire form has
 * to itself. A client names its case in its words (`case: tool`); what the model answers proves that the rest arrived.
 */
import { createHash } from 'node:crypto';

export const CASES = [
  'text',
  'unicode',
  'tool',
  'parallel',
  'thinking',
  'image',
  'schema',
  'embedding',
  'read',
  'error-401',
  'error-403',
  'error-404',
  'error-400',
  'error-429',
  'error-500',
  'error-503',
] as const;
export type Case = (typeof CASES)[number];

/** One to four bytes, a joined emoji, right-to-left, a combining accent: what a wrong split breaks. Agents stop at loops. */
export const UNICODE = [1, 2, 3, 4, 5, 6].map((n) => `${n}: Grüße, 世界! 👩🏽‍🚀 שלום ‱ 𝒳 e\u0301`).join(' ');

export const THOUGHT = 'The city is far away; I should ask the tool.';

export const SYSTEM = 'You are a careful clerk.';

/** One pixel of red: the smallest PNG that is a picture. */
export const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  'base64',
);

export const WEATHER_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const, description: 'Name of the city' } },
  required: ['city'],
  additionalProperties: false,
};

export const REPORT_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const }, degrees: { type: 'integer' as const } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};

export const USAGE = { input: 11, output: 7 };

/** What the application's tool answers; the model repeats it. */
export function weatherIn(city: string): string {
  return `${city}: ${city.length} °C ☀`;
}

export function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

export interface ToolResult {
  readonly id: string;
  readonly text: string;
}

/** A request as the upstream read it, by the rules of its own wire form. */
export interface Seen {
  readonly system: string;
  /** All text of the user's turns, oldest first. */
  readonly userText: string;
  readonly tools: readonly { readonly name: string; readonly schema: unknown }[];
  readonly results: readonly ToolResult[];
  /** Ids of the calls that came back as the assistant's own, in order. */
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[];
  readonly images: readonly Buffer[];
  /** The schema that the answer must follow, where one was asked for. */
  readonly schema?: unknown;
  /** Thinking that came back with the assistant's turns; `signature` as far as the wire form has one. */
  readonly thinking: readonly { readonly text?: string; readonly signature?: string }[];
}

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Reply {
  readonly text?: string;
  readonly thinking?: { readonly text: string; readonly signature: string };
  readonly calls?: readonly Call[];
  readonly error?: { readonly status: number; readonly message: string };
}

export interface Abilities {
  /** Whether this wire form can carry thinking back, signed. Where it cannot, its loss is no fault. */
  readonly signedThinking: boolean;
  /** What this provider's documents allow in a signature's place, from a client that lost it. */
  readonly instead?: string;
}

const SIGNATURE = 'c2lnbmVkIGJ5IHRoZSBtb2RlbA==';

export function caseOf(text: string): Case | undefined {
  const found = [...text.matchAll(/case: ([a-z]+(?:-\d+)?)/g)].at(-1)?.[1];
  return CASES.find((name) => name === found);
}

export function answer(seen: Seen, abilities: Abilities): Reply {
  const asked = caseOf(seen.userText);
  if (asked === undefined) return { text: 'Noted.' };
  const status = /^error-(\d+)$/.exec(asked)?.[1];
  if (status) return { error: { status: Number(status), message: `Acted out: ${asked}.` } };
  switch (asked) {
    case 'text':
      return { text: seen.system.includes(SYSTEM) ? 'The clerk answers.' : 'Who am I?' };
    case 'unicode':
      return { text: UNICODE };
    case 'tool':
      return seen.results.length > 0 ? toolsAnswered(seen, 1) : callWeather(seen, ['Zürich']);
    case 'parallel':
      return seen.results.length > 0 ? toolsAnswered(seen, 2) : callWeather(seen, ['Zürich', '東京']);
    case 'thinking':
      return seen.results.length > 0 ? thoughtKept(seen, abilities) : thinkFirst(seen);
    case 'read':
      return seen.results.length > 0 ? { text: `It says: ${seen.results.at(-1)?.text}` } : readNote(seen);
    case 'image': {
      const [image] = seen.images;
      return { text: image ? `Saw ${digest(image)}.` : 'Saw nothing.' };
    }
    case 'schema':
      return report(seen);
    default:
      return { text: 'Noted.' };
  }
}

function callWeather(seen: Seen, cities: readonly string[]): Reply {
  const tool = seen.tools.find(({ name }) => name === 'get_weather');
  if (!tool) return { error: { status: 400, message: 'The tool get_weather did not arrive.' } };
  const required = (tool.schema as { required?: unknown } | undefined)?.required;
  if (!Array.isArray(required) || required[0] !== 'city')
    return { error: { status: 400, message: 'The schema of get_weather did not arrive whole.' } };
  return { calls: cities.map((city, index) => ({ id: `call_${index + 1}`, name: tool.name, input: { city } })) };
}

/** Clients that know no schema of this model's ask for it by way of a tool. */
function report(seen: Seen): Reply {
  const input = { city: 'Zürich', degrees: 21 };
  if (seen.schema !== undefined) return { text: JSON.stringify(input) };
  const byTool = seen.tools.find(({ name }) => name === 'json');
  return byTool ? { calls: [{ id: 'call_1', name: byTool.name, input }] } : { text: 'No schema was asked for.' };
}

/** Agents bring tools of their own: the one that reads a file, or else the one that runs a command. */
function readNote(seen: Seen): Reply {
  const file = /case: read ([^\s"]+)/.exec(seen.userText)?.[1] ?? '';
  const fields = (schema: unknown) => Object.keys((schema as { properties?: object } | undefined)?.properties ?? {});
  const reader = seen.tools.find(({ name }) => /^read(?:_?file)?$/i.test(name));
  if (reader) {
    const field = fields(reader.schema).find((name) => /path/i.test(name)) ?? 'path';
    return { calls: [{ id: 'call_1', name: reader.name, input: { [field]: file } }] };
  }
  const shell = seen.tools.find(({ name }) => /shell|exec_command|bash/i.test(name));
  if (!shell)
    return { error: { status: 400, message: `No tool that reads: ${seen.tools.map(({ name }) => name).join(', ')}` } };
  const [field = 'command'] = fields(shell.schema).filter((name) => /^(?:cmd|command)$/.test(name));
  const isList =
    (shell.schema as { properties: Record<string, { type?: unknown }> }).properties[field]?.type === 'array';
  return { calls: [{ id: 'call_1', name: shell.name, input: { [field]: isList ? ['cat', file] : `cat ${file}` } }] };
}

/** Says what the tools said, in the order of the calls: a result under another call's id shows. */
function toolsAnswered(seen: Seen, wanted: number): Reply {
  if (seen.calls.length !== wanted || seen.results.length !== wanted)
    return {
      error: { status: 400, message: `${seen.calls.length} calls and ${seen.results.length} results came back.` },
    };
  const texts = seen.calls.map(({ id }) => seen.results.find((result) => result.id === id)?.text);
  if (texts.includes(undefined)) return { error: { status: 400, message: 'A call was left without its result.' } };
  return { text: texts.join('; ') };
}

function thinkFirst(seen: Seen): Reply {
  const { error, calls } = callWeather(seen, ['Zürich']);
  return error ? { error } : { thinking: { text: THOUGHT, signature: SIGNATURE }, calls };
}

function thoughtKept(seen: Seen, { signedThinking, instead }: Abilities): Reply {
  const kept = seen.thinking.some(({ signature }) => signature === SIGNATURE || (signature && signature === instead));
  if (signedThinking && !kept)
    return {
      error: { status: 400, message: 'The thinking before the tool call did not come back with its signature.' },
    };
  return toolsAnswered(seen, 1);
}

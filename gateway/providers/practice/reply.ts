/** What the practice provider answers, before it is put into any wire format: text or tool calls. Pure. */
import type { Conversation, OfferedTool } from './conversation.ts';
import type { PracticeCall } from './practice-call.ts';
import type { PracticeModel } from './practice-model.ts';
import { exampleOf } from './schema-example.ts';
import { idFrom } from './script.ts';

export interface ToolCall {
  /** 24 letters and digits; each dialect puts its own prefix before it. */
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface Reply {
  /** The text in the pieces it is streamed in; lazy, as a stream may be long. Empty when tools are called. */
  readonly pieces: () => Iterable<string>;
  readonly toolCalls: readonly ToolCall[];
  /** `length`: the caller's token bound cut the text. */
  readonly finish: 'stop' | 'length' | 'tools';
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Four characters are about one token; enough to practise with, and said so nowhere as a fact. */
export function countTokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

export function composeReply(call: PracticeCall, model: PracticeModel, talk: Conversation): Reply {
  const inputTokens = countTokens(talk.text);
  const toolCalls = chooseToolCalls(call, model, talk);
  if (toolCalls.length > 0) {
    const outputTokens = countTokens(JSON.stringify(toolCalls));
    return { pieces: () => [], toolCalls, finish: 'tools', inputTokens, outputTokens };
  }
  const count = model.behaviour === 'stream' ? (model.numbers.chunks ?? 20) : undefined;
  if (count !== undefined) {
    const shown = Math.min(count, talk.maxTokens ?? count);
    const size = model.numbers.size ?? 8;
    const pieces = () => numberedPieces(shown, size);
    return { pieces, toolCalls, finish: shown < count ? 'length' : 'stop', inputTokens, outputTokens: shown };
  }
  const pieces = piecesOf(textFor(call, model, talk));
  const shown = pieces.slice(0, talk.maxTokens ?? pieces.length);
  return {
    pieces: () => shown,
    toolCalls,
    finish: shown.length < pieces.length ? 'length' : 'stop',
    inputTokens,
    outputTokens: shown.length,
  };
}

function textFor(call: PracticeCall, model: PracticeModel, talk: Conversation): string {
  if (model.behaviour === 'echo') {
    const { method, path, headers, json, bodyText } = call;
    return JSON.stringify(
      { method, path, query: Object.fromEntries(call.query), headers, body: json ?? bodyText },
      null,
      2,
    );
  }
  if (talk.toolResults.length > 0) return `The tool answered: ${talk.toolResults.join(' and ').slice(0, 2000)}`;
  if (talk.jsonForm !== undefined) return JSON.stringify(exampleOf(talk.jsonForm, talk.lastUserText));
  const said = talk.lastUserText.trim();
  const quote = said === '' ? '' : ` You said: “${said.length > 300 ? `${said.slice(0, 300)}…` : said}”`;
  return `Hello from the practice provider! Your request came through, and this is the answer.${quote}`;
}

/** Words with the space before them, as models stream them; joined they are the text again. */
function piecesOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [text];
}

function* numberedPieces(count: number, size: number): Iterable<string> {
  for (let i = 1; i <= count; i += 1) yield `${i} `.padStart(size, '·').slice(-size);
}

function chooseToolCalls(call: PracticeCall, model: PracticeModel, talk: Conversation): ToolCall[] {
  const { tools, toolChoice } = talk;
  if (tools.length === 0 || toolChoice === 'none' || talk.toolResults.length > 0 || model.behaviour === 'echo')
    return [];
  const named = typeof toolChoice === 'object' ? tools.find((tool) => tool.name === toolChoice.name) : undefined;
  const asked = tools.filter((tool) => asksFor(talk.lastUserText, tool));
  const forced = toolChoice === 'required' || model.behaviour === 'tools';
  const first = named ?? asked[0] ?? (forced ? tools[0] : undefined);
  if (!first) return [];
  const wanted = talk.oneCallOnly ? 1 : (model.numbers.parallel ?? 1);
  const order = [first, ...(named ? [] : tools.filter((tool) => tool !== first))];
  return Array.from({ length: wanted }, (_, i) => {
    const tool = order[i % order.length] as OfferedTool;
    const value = exampleOf(tool.schema ?? { type: 'object', properties: {} }, talk.lastUserText);
    const args = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    return { id: idFrom(`${call.digest} tool ${i}`, 24), name: tool.name, arguments: args };
  });
}

/** A prompt asks for a tool when it says a word of its name (`weather` for get_weather), or "tool", "function". */
function asksFor(text: string, tool: OfferedTool): boolean {
  const said = text.toLowerCase();
  if (/\b(?:tools?|functions?)\b/.test(said)) return true;
  const words = tool.name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => word.length >= 4 && said.includes(word));
}

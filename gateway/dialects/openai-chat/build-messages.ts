/** Canonical messages as chat messages. Source: platform.openai.com/docs/api-reference/chat/create (`messages`). */
import type { TargetFacts } from '../canonical/adapter.ts';
import { dropExtra } from '../canonical/foreign.ts';
import { defined } from '../canonical/json.ts';
import type {
  CanonicalRequest,
  Fields,
  Message,
  Part,
  ToolCallPart,
  ToolResultPart,
  TranslatedDialect,
} from '../canonical/request.ts';
import { type Building, buildContent, textOf } from './build-content.ts';
import { buildReasoning } from './build-reasoning.ts';

const OWN: TranslatedDialect = 'openai-chat';

/** All messages, in order; tool results become messages of their own. */
export function buildMessages(request: CanonicalRequest, target: TargetFacts, building: Building): Fields[] {
  const wire: Fields[] = [];
  // What a tool message cannot hold waits until the last of its row, as nothing may stand between a call and its answers.
  let waiting: Part[] = [];
  const flush = () => {
    if (waiting.length > 0) wire.push({ role: 'user', content: buildContent(waiting, 'messages', building) });
    waiting = [];
  };
  for (const message of request.messages) {
    if (message.role === 'tool') {
      for (const part of message.parts) {
        if (part.type === 'tool-result') wire.push(buildResult(part, message, waiting, building));
      }
      continue;
    }
    flush();
    wire.push(buildMessage(message, target, building));
  }
  flush();
  return wire;
}

function buildMessage(message: Message, target: TargetFacts, building: Building): Fields {
  const { from, losses } = building;
  const rest = { ...dropExtra(message.extra, message.at, from, OWN, losses), ...defined({ name: message.name }) };
  if (message.role === 'assistant') return { ...buildAssistant(message, target, building), ...rest };
  const role = message.role === 'developer' && target.developerRole === false ? 'system' : message.role;
  if (role !== message.role) {
    losses.add('renamed', `${message.at}.role`, `${target.model} knows system messages only.`, message.role, role);
  }
  return { role, content: buildContent(message.parts, message.at, building), ...rest };
}

function buildAssistant(message: Message, target: TargetFacts, building: Building): Fields {
  const { losses } = building;
  const calls = message.parts.filter((part) => part.type === 'tool-call');
  const refusals = message.parts.filter((part) => part.type === 'refusal');
  const firstCall = message.parts.findIndex((part) => part.type === 'tool-call');
  if (firstCall !== -1 && message.parts.slice(firstCall).some((part) => part.type === 'text')) {
    losses.add('reordered', message.at, 'Text stands before the tool calls of a message.');
  }
  const said = message.parts.filter((part) => !['tool-call', 'refusal', 'reasoning'].includes(part.type));
  return {
    role: 'assistant',
    content: said.length === 0 ? null : buildContent(said, message.at, building),
    ...(refusals.length > 0 ? { refusal: textOf(refusals) } : {}),
    ...(calls.length > 0
      ? { tool_calls: calls.map((call, index) => buildCall(call, `${message.at}.tool_calls[${index}]`, building)) }
      : {}),
    ...buildReasoning(message, target, building),
  };
}

function buildCall(call: ToolCallPart, at: string, building: Building): Fields {
  const rest = dropExtra(call.extra, at, building.from, OWN, building.losses);
  if (call.cache)
    building.losses.add('dropped', `${at}.cache_control`, 'OpenAI keeps the beginnings of prompts by itself.');
  return call.kind === 'custom'
    ? { id: call.id, type: 'custom', custom: { name: call.name, input: call.argumentsText }, ...rest }
    : { id: call.id, type: 'function', function: { name: call.name, arguments: call.argumentsText || '{}' }, ...rest };
}

function buildResult(part: ToolResultPart, message: Message, waiting: Part[], building: Building): Fields {
  const { from, losses } = building;
  const others = part.content.filter((item) => item.type === 'image' || item.type === 'audio' || isData(item));
  for (const item of part.content) {
    if (item.type === 'opaque') losses.refuse(message.at, `Only ${item.from} can read ${item.name} in a tool result.`);
  }
  if (others.length > 0) {
    losses.add(
      'reordered',
      message.at,
      'Tool messages hold text only; the rest of this result follows in a user message.',
    );
    waiting.push({ type: 'text', text: `From the result of tool call ${part.callId}:` }, ...others);
  }
  let content = textOf(part.content);
  if (part.isError && from !== OWN) {
    losses.add('renamed', `${message.at}.is_error`, 'Tool messages have no error flag; the text says so.');
    content = `Error: ${content}`;
  }
  if (part.cache)
    losses.add('dropped', `${message.at}.cache_control`, 'OpenAI keeps the beginnings of prompts by itself.');
  const texts = part.content.filter((item) => item.type === 'text');
  return {
    role: 'tool',
    tool_call_id: part.callId,
    content: from === OWN && texts.length > 1 ? texts.map((item) => ({ type: 'text', text: item.text })) : content,
    ...dropExtra(message.extra, message.at, from, OWN, losses),
  };
}

function isData(part: Part): boolean {
  return part.type === 'document' && part.source.kind !== 'text';
}

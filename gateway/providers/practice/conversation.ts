/** What a chat request asks, whatever its dialect: last words, tools, a tool's result, a form for the answer. Pure. */
import { listOf, type PracticeCall, recordOf, stringOf } from './practice-call.ts';

export interface OfferedTool {
  readonly name: string;
  readonly schema: unknown;
}

export interface Conversation {
  /** Everything said, for counting tokens. */
  readonly text: string;
  readonly lastUserText: string;
  readonly tools: readonly OfferedTool[];
  readonly toolChoice: 'auto' | 'none' | 'required' | { readonly name: string };
  /** Contents of the tool results that end the conversation; empty when it does not end in any. */
  readonly toolResults: readonly string[];
  readonly oneCallOnly: boolean;
  /** `true`: any JSON object. */
  readonly jsonForm?: unknown;
  readonly maxTokens?: number;
}

/** Reads a chat, messages, responses, completions or generateContent request; missing parts are simply empty. */
export function readConversation(call: PracticeCall): Conversation {
  switch (call.operation) {
    case 'messages':
    case 'count-tokens':
      return anthropic(call.json ?? {});
    case 'generate':
    case 'stream-generate':
    case 'gemini-count':
      return gemini(recordOf(call.json?.generateContentRequest) ?? call.json ?? {});
    case 'responses':
      return responses(call.json ?? {});
    case 'completions':
      return { ...NOTHING, ...both(flat(call.json?.prompt)), maxTokens: numberOf(call.json?.max_tokens) };
    default:
      return chat(call.json ?? {});
  }
}

type Body = Readonly<Record<string, unknown>>;

const NOTHING: Conversation = {
  text: '',
  lastUserText: '',
  tools: [],
  toolChoice: 'auto',
  toolResults: [],
  oneCallOnly: false,
};

function both(text: string): Pick<Conversation, 'text' | 'lastUserText'> {
  return { text, lastUserText: text };
}

function chat(body: Body): Conversation {
  const messages = listOf(body.messages).map((message) => recordOf(message) ?? {});
  const format = recordOf(body.response_format);
  const jsonForm =
    format?.type === 'json_schema' ? (recordOf(format.json_schema)?.schema ?? true) : format?.type === 'json_object';
  return {
    text: messages.map((message) => flat(message.content)).join('\n'),
    lastUserText: flat(messages.findLast((message) => message.role === 'user')?.content),
    tools: listOf(body.tools).flatMap((tool) => {
      const described = recordOf(recordOf(tool)?.function);
      const name = stringOf(described?.name);
      return name ? [{ name, schema: described?.parameters }] : [];
    }),
    toolChoice: openaiChoice(body.tool_choice),
    toolResults: trailing(messages, (message) => (message.role === 'tool' ? flat(message.content) : undefined)),
    oneCallOnly: body.parallel_tool_calls === false,
    jsonForm: jsonForm || undefined,
    maxTokens: numberOf(body.max_completion_tokens) ?? numberOf(body.max_tokens),
  };
}

function responses(body: Body): Conversation {
  const items =
    typeof body.input === 'string'
      ? [{ role: 'user', content: body.input } as Body]
      : listOf(body.input).map((item) => recordOf(item) ?? {});
  const format = recordOf(recordOf(body.text)?.format);
  const jsonForm = format?.type === 'json_schema' ? (format.schema ?? true) : format?.type === 'json_object';
  return {
    text: [flat(body.instructions), ...items.map((item) => flat(item.content))].join('\n'),
    lastUserText: flat(items.findLast((item) => item.role === 'user')?.content),
    tools: listOf(body.tools).flatMap((tool) => {
      const described = recordOf(tool);
      const name = described?.type === 'function' ? stringOf(described.name) : undefined;
      return name ? [{ name, schema: described?.parameters }] : [];
    }),
    toolChoice: openaiChoice(body.tool_choice),
    toolResults: trailing(items, (item) => (item.type === 'function_call_output' ? flat(item.output) : undefined)),
    oneCallOnly: body.parallel_tool_calls === false,
    jsonForm: jsonForm || undefined,
    maxTokens: numberOf(body.max_output_tokens),
  };
}

function openaiChoice(choice: unknown): Conversation['toolChoice'] {
  if (choice === 'none' || choice === 'required') return choice;
  const described = recordOf(choice);
  const name = stringOf(recordOf(described?.function)?.name) ?? stringOf(described?.name);
  return name ? { name } : 'auto';
}

function anthropic(body: Body): Conversation {
  const messages = listOf(body.messages).map((message) => recordOf(message) ?? {});
  const choice = recordOf(body.tool_choice);
  const named = choice?.type === 'tool' ? stringOf(choice.name) : undefined;
  const last = listOf(messages.at(-1)?.content).map((block) => recordOf(block) ?? {});
  const format = recordOf(recordOf(body.output_config)?.format) ?? recordOf(body.output_format);
  return {
    text: [flat(body.system), ...messages.map((message) => flat(message.content))].join('\n'),
    lastUserText: flat(messages.findLast((message) => message.role === 'user')?.content),
    tools: listOf(body.tools).flatMap((tool) => {
      const described = recordOf(tool);
      const name = stringOf(described?.name);
      return name ? [{ name, schema: described?.input_schema }] : [];
    }),
    toolChoice: named
      ? { name: named }
      : choice?.type === 'any'
        ? 'required'
        : choice?.type === 'none'
          ? 'none'
          : 'auto',
    toolResults: last.filter((block) => block.type === 'tool_result').map((block) => flat(block.content)),
    oneCallOnly: choice?.disable_parallel_tool_use === true,
    jsonForm: format?.type === 'json_schema' ? (format.schema ?? true) : undefined,
    maxTokens: numberOf(body.max_tokens),
  };
}

function gemini(body: Body): Conversation {
  const contents = listOf(body.contents).map((content) => recordOf(content) ?? {});
  const parts = (content: Body) => listOf(content.parts).map((part) => recordOf(part) ?? {});
  const said = (content: Body | undefined) =>
    parts(content ?? {})
      .map((part) => stringOf(part.text) ?? '')
      .join('');
  const settings = recordOf(body.generationConfig) ?? recordOf(body.generation_config);
  const calling = recordOf(recordOf(body.toolConfig ?? body.tool_config)?.functionCallingConfig);
  const mode = stringOf(calling?.mode)?.toUpperCase();
  const allowed = listOf(calling?.allowedFunctionNames).filter((name) => typeof name === 'string');
  const isJson = settings?.responseMimeType === 'application/json';
  return {
    text: contents.map(said).join('\n'),
    lastUserText: said(contents.findLast((content) => content.role !== 'model' && said(content) !== '')),
    tools: listOf(body.tools).flatMap((tool) =>
      listOf(recordOf(tool)?.functionDeclarations ?? recordOf(tool)?.function_declarations).flatMap((declaration) => {
        const described = recordOf(declaration);
        const name = stringOf(described?.name);
        return name ? [{ name, schema: described?.parametersJsonSchema ?? described?.parameters }] : [];
      }),
    ),
    toolChoice:
      mode === 'NONE'
        ? 'none'
        : mode === 'ANY'
          ? allowed.length > 0
            ? { name: allowed[0] as string }
            : 'required'
          : 'auto',
    toolResults: parts(contents.at(-1) ?? {}).flatMap((part) => {
      const response = recordOf(part.functionResponse ?? part.function_response);
      return response ? [JSON.stringify(response.response ?? {})] : [];
    }),
    oneCallOnly: false,
    jsonForm: isJson ? (settings?.responseJsonSchema ?? settings?.responseSchema ?? true) : undefined,
    maxTokens: numberOf(settings?.maxOutputTokens),
  };
}

/** The values at the end of the list that `read` understands, in order. */
function trailing<T>(items: readonly T[], read: (item: T) => string | undefined): string[] {
  const found: string[] = [];
  for (let i = items.length - 1; i >= 0; i -= 1) {
    const value = read(items[i] as T);
    if (value === undefined) break;
    found.unshift(value);
  }
  return found;
}

/** Content as text: a string, or the text parts of a list. */
function flat(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((part) => (typeof part === 'string' ? part : (stringOf(recordOf(part)?.text) ?? '')))
    .filter((text) => text !== '')
    .join(' ');
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1 ? Math.floor(value) : undefined;
}

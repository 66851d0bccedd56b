/**
 * What Bedrock's Converse refuses with a ValidationException, as far as a program can get it wrong. Sources:
 * docs.aws.amazon.com/bedrock/latest/APIReference (Message, ContentBlock, ToolConfiguration, DocumentBlock).
 */
// biome-ignore lint/suspicious/noExplicitAny: a wire body, looked at as the service would
type Wire = any;

const MEMBERS = new Set([
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'outputConfig',
  'serviceTier',
  'guardrailConfig',
  'requestMetadata',
  'performanceConfig',
]);
const KINDS = ['text', 'image', 'document', 'toolUse', 'toolResult', 'reasoningContent', 'cachePoint'];

/** The sentence of the refusal; undefined for a body that is taken. */
export function converseRefusal(body: Wire): string | undefined {
  for (const name of Object.keys(body)) if (!MEMBERS.has(name)) return `Unexpected field: ${name}`;
  const { messages, system = [], inferenceConfig = {}, toolConfig } = body;
  if (!Array.isArray(messages) || messages.length === 0) return 'A conversation must have messages.';
  if (messages[0].role !== 'user') return 'A conversation must start with a user message.';
  for (const block of system) if (block.text === '') return 'The text field in the system block is blank.';
  const { temperature, topP, maxTokens } = inferenceConfig;
  if (temperature !== undefined && (temperature < 0 || temperature > 1)) return 'temperature must be between 0 and 1.';
  if (topP !== undefined && (topP < 0 || topP > 1)) return 'topP must be between 0 and 1.';
  if (maxTokens !== undefined && maxTokens < 1) return 'maxTokens must be at least 1.';
  return refusalOfMessages(messages, toolConfig) ?? refusalOfTools(toolConfig);
}

function refusalOfMessages(messages: Wire[], toolConfig: Wire): string | undefined {
  const documents = new Set<string>();
  let pending: string[] = [];
  for (const [index, message] of messages.entries()) {
    if (index > 0 && messages[index - 1].role === message.role)
      return 'roles must alternate between user and assistant';
    if (!Array.isArray(message.content) || message.content.length === 0) return `messages.${index}.content is empty`;
    const results: string[] = [];
    for (const block of message.content) {
      const kinds = Object.keys(block);
      if (kinds.length !== 1 || !KINDS.includes(kinds[0] as string))
        return `messages.${index}: a block has exactly one member, not ${kinds.join()}`;
      if (block.text !== undefined && block.text.trim() === '') return `messages.${index}: The text field is blank`;
      if ((block.toolUse || block.toolResult) && !toolConfig)
        return 'The toolConfig field must be defined when using toolUse and toolResult content blocks.';
      if (block.toolUse && message.role !== 'assistant') return 'toolUse belongs to the assistant';
      if (block.toolUse && typeof block.toolUse.input !== 'object') return 'toolUse.input must be a JSON object';
      if (block.toolResult) {
        if (block.toolResult.content.length === 0) return 'toolResult.content is empty';
        results.push(block.toolResult.toolUseId);
      }
      if (block.document) {
        const { name } = block.document;
        if (!/^[A-Za-z0-9\-()[\] ]{1,200}$/.test(name) || /\s\s/.test(name))
          return `The document name "${name}" is not allowed.`;
        if (documents.has(name)) return `Duplicate document name: ${name}`;
        documents.add(name);
        if (!message.content.some((other: Wire) => other.text)) return 'A document needs a text block.';
      }
    }
    if (message.role === 'user' && JSON.stringify([...results].sort()) !== JSON.stringify([...pending].sort()))
      return `Expected toolResult blocks at messages.${index}.content for the following Ids: ${pending.join(', ')}`;
    pending = message.content.flatMap((block: Wire) => (block.toolUse ? [block.toolUse.toolUseId] : []));
  }
  return undefined;
}

function refusalOfTools(toolConfig: Wire): string | undefined {
  if (toolConfig === undefined) return undefined;
  const specs = toolConfig.tools.filter((tool: Wire) => tool.toolSpec);
  if (specs.length === 0) return 'toolConfig.tools is empty';
  for (const { toolSpec } of specs) {
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(toolSpec.name)) return `The tool name ${toolSpec.name} is not allowed.`;
    if (toolSpec.inputSchema?.json?.type !== 'object') return 'inputSchema.json.type must be object';
    if (toolSpec.description === '') return 'description is empty';
  }
  const named = toolConfig.toolChoice?.tool?.name;
  if (named !== undefined && !specs.some(({ toolSpec }: Wire) => toolSpec.name === named))
    return `No tool called ${named}`;
  return undefined;
}

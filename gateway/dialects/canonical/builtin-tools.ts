/**
 * Tools that a provider runs itself (web search, code execution …) do not exist elsewhere. Beside other tools they are
 * left out and listed, as an agent's toolbox holds more than one request needs; alone or forced, the request is about
 * them and is refused. Pure but for the ledger it fills.
 */
import type { Losses } from './losses.ts';
import type { CanonicalRequest, ProviderDialect, ToolDefinition } from './request.ts';

/** The tools that `own` can be given, in order. */
export function usableTools(
  request: CanonicalRequest,
  own: ProviderDialect,
  losses: Losses,
): readonly ToolDefinition[] {
  if (request.from === own) return request.tools;
  const foreign = request.tools.filter((tool) => tool.kind === 'builtin');
  const usable = request.tools.filter((tool) => tool.kind !== 'builtin');
  for (const tool of foreign) {
    const why = `The tool ${tool.name} is run by the provider of ${request.from}; ${own} has none of its kind.`;
    if (usable.length === 0 || request.toolChoice?.type === 'builtin') losses.refuse('tools', why);
    losses.add('dropped', `tools[${request.tools.indexOf(tool)}]`, why, tool.name);
  }
  if (request.toolChoice?.type === 'builtin') {
    losses.refuse(
      'tool_choice',
      `The tool that is asked for is run by the provider of ${request.from}; ${own} has none of its kind.`,
    );
  }
  return usable;
}

/** For dialects without a subset of allowed tools: only those are offered. */
export function allowedTools(
  request: CanonicalRequest,
  tools: readonly ToolDefinition[],
  losses: Losses,
): readonly ToolDefinition[] {
  const choice = request.toolChoice;
  if (choice?.type !== 'allowed') return tools;
  const names = new Set(choice.names);
  const kept = tools.filter((tool) => names.has(tool.name));
  if (kept.length < tools.length) {
    losses.add(
      'renamed',
      'tool_choice',
      'The allowed tools are the only ones offered; the others are left out.',
      tools.length,
      kept.length,
    );
  }
  return kept;
}

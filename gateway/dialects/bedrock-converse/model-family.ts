/** Which maker's model answers behind a model id, an inference profile (`us.anthropic.…`) or an ARN. Pure. */

export type ModelFamily = 'claude' | 'nova' | 'gpt-oss' | 'other';

/** Application inference profiles are ARNs that name no model: then the rules that hold for every model are kept. */
export function modelFamily(model: string): ModelFamily {
  if (/(?:^|[./:])anthropic\./.test(model)) return 'claude';
  if (/(?:^|[./:])amazon\.nova/.test(model)) return 'nova';
  return /(?:^|[./:])openai\.gpt-oss/.test(model) ? 'gpt-oss' : 'other';
}

export function isClaude(model: string): boolean {
  return modelFamily(model) === 'claude';
}

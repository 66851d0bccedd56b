/** The names that the caller knows, put back into what the model calls. Pure. */
import type { CanonicalResponse } from './response.ts';
import type { CanonicalEvent } from './stream.ts';

/** What the answer needs of the request: names that were fitted, tools whose free text became a function's argument. */
export interface Restoring {
  /** What the target was told → what the caller calls it. */
  readonly toolNames: ReadonlyMap<string, string>;
}

export function restoreResponse(response: CanonicalResponse, { toolNames }: Restoring): CanonicalResponse {
  if (toolNames.size === 0) return response;
  const parts = response.parts.map((part) =>
    part.type === 'tool-call' ? { ...part, name: toolNames.get(part.name) ?? part.name } : part,
  );
  return { ...response, parts };
}

export function restoreEvent(event: CanonicalEvent, { toolNames }: Restoring): CanonicalEvent {
  if (event.type !== 'part-start' || event.part.type !== 'tool-call') return event;
  const name = toolNames.get(event.part.name);
  return name === undefined ? event : { ...event, part: { ...event.part, name } };
}

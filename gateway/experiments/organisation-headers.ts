/** Headers that pick an account's organisation or project; a key of another one is refused for them. */
import type { RecordedAttempt } from '../captures/capture.ts';

const NAMES: ReadonlySet<string> = new Set([
  'openai-organization',
  'openai-project',
  'x-goog-user-project',
  'x-organization-id',
  'x-project-id',
]);

/** Those that the attempt carried, flat. */
export function organisationHeaders(attempt: RecordedAttempt | undefined): string[] {
  return (attempt?.requestHeaders ?? []).filter(([name]) => NAMES.has(name.toLowerCase())).flat();
}

export function isOrganisationHeader(name: string): boolean {
  return NAMES.has(name.toLowerCase());
}

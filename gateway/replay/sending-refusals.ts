/** What must not be sent, and why: another provider's key, a marker in place of a secret. Pure. */
import { MARKER_PATTERN } from '../captures/marker.ts';
import type { PreparedAttempt } from '../stages/prepare-attempt.ts';
import type { ChosenTarget } from '../stages/usable-target.ts';
import type { ProviderKey } from '../store/schema.ts';
import type { ReplayRefusal } from './replay-problem.ts';

export function otherProvidersKey(target: ChosenTarget, key: ProviderKey | undefined): ReplayRefusal {
  return {
    sentence:
      key && key.provider !== target.providerId
        ? `That key belongs to ${key.provider}; the request goes to ${target.providerId}, and a key is sent to its own provider only.`
        : 'That key is switched off or cannot be used for this request.',
    next: `Choose a key of ${target.providerId}, or edit the model so that the request goes to the key’s provider.`,
  };
}

export function holdsMarker(text: string): boolean {
  return text.search(MARKER_PATTERN) !== -1;
}

/** A marker in place of a secret cannot be sent in its stead. */
export function redactedWhereItMatters(
  { url, headers, body }: PreparedAttempt,
  raw: boolean,
): ReplayRefusal | undefined {
  if (holdsMarker(url.href)) {
    const sentence = 'The URL held a secret that is not kept, so it cannot be sent again.';
    return { sentence, next: 'Take the parameter away (query.NAME without a value) and try again.' };
  }
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (!holdsMarker(headers[at + 1] as string)) continue;
    const name = (headers[at] as string).toLowerCase();
    const sentence = `The header ${name} held a secret that is not kept, so it cannot be sent again.`;
    return { sentence, next: `Take it away (header.${name} without a value), or give another value.` };
  }
  if (raw && body && holdsMarker(body.toString('utf8'))) {
    const sentence = 'The body held a secret that is not kept, so it cannot be sent again as it was.';
    return { sentence, next: 'Give another body with the edit body.' };
  }
  return undefined;
}

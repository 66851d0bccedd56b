/** What the provider's own list of models says of one that it did not answer for. Pure. */
import type { RecordedAttempt } from '../captures/capture.ts';
import type { Evidence } from '../exchange.ts';
import { ageInWords } from '../models/list-words.ts';
import type { ModelLists } from '../models/listed.ts';
import { nearestNames } from '../providers/catalogue.ts';

export type ListFacts = Pick<ModelLists, 'recordOf' | 'has' | 'find' | 'idsOf'>;

export interface ListSays {
  readonly sentence: string;
  readonly evidence: Evidence;
}

/** Names that the asked one is compared with. */
const MOST_COMPARED = 5_000;

/** Undefined where the provider has no list, or the request named no model. */
export function listSays(
  { provider, model }: RecordedAttempt,
  providerName: string,
  lists: ListFacts | undefined,
  nowMs: number,
): ListSays | undefined {
  const listedAtMs = lists?.recordOf(provider)?.listedAtMs;
  if (!lists || model === undefined || listedAtMs == null) return undefined;
  const when = ageInWords(Math.max(0, nowMs - listedAtMs));
  const where = `models that ${provider} lists`;
  if (lists.has(provider, model) || lists.find(provider, model)) {
    return {
      sentence: `${providerName} listed “${model}” among its models ${when}.`,
      evidence: { what: `in its list of models, ${when}`, where, value: model },
    };
  }
  const [nearest] = nearestNames(model, lists.idsOf(provider)?.slice(0, MOST_COMPARED) ?? [], 1);
  const near = nearest === undefined ? '' : `; the nearest there is “${nearest}”`;
  return {
    sentence: `${providerName} listed its models ${when}, and “${model}” is not among them${near}.`,
    evidence: { what: `not in its list of models, ${when}`, where, value: nearest ?? model },
  };
}

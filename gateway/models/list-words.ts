/** What the providers' lists of models say, in words. Pure. */
import type { Evidence, MissingModel } from '../exchange.ts';

/** `Ollama listed 3 models 2 minutes ago, and this is none of them.` One sentence for each list that was looked at. */
export function listsInWords({ lists }: MissingModel): string {
  return lists.map(listInWords).join(' ');
}

export function listEvidence({ lists }: MissingModel): Evidence[] {
  return lists.map((list) => ({
    what: 'not in the list of models',
    where: `models that ${list.provider} lists`,
    value: listInWords(list),
  }));
}

function listInWords({ name, ageMs, count, failure }: MissingModel['lists'][number]): string {
  const failed = failure === undefined ? '' : ` Its list could not be had since: ${failure}`;
  if (ageMs === undefined) return `Which models ${name} has is not known: ${failure ?? 'it was never asked.'}`;
  const models = count === 1 ? '1 model' : `${count} models`;
  return `${name} listed ${models} ${ageInWords(ageMs)}, and this is none of them.${failed}`;
}

/** `a moment ago`, `3 minutes ago`, `5 hours ago`, `2 days ago`. */
export function ageInWords(ageMs: number): string {
  const minutes = Math.round(ageMs / 60_000);
  if (minutes < 1) return 'a moment ago';
  if (minutes < 60) return minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return hours === 1 ? 'an hour ago' : `${hours} hours ago`;
  return `${Math.round(hours / 24)} days ago`;
}

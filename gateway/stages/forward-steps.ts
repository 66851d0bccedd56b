/** What the steps `forward` and `respond` say of an exchange that went to a provider. Pure. */
import type { Attempt, Exchange, Verdict } from '../exchange.ts';
import type { StageOutcome } from './stage.ts';

type Outcome = Omit<Verdict, 'endMs'>;

export function forwardStep(exchange: Exchange, verdict: Outcome): StageOutcome {
  const attempt = exchange.attempts[exchange.attempts.length - 1];
  const input = attempt && {
    method: attempt.method,
    // Without its query, which may hold the key.
    to: attempt.url.split('?', 1)[0],
    model: attempt.model,
    key: attempt.key ? `${attempt.key.label} (…${attempt.key.lastFour})` : undefined,
    bytes: attempt.requestBody === 'same' ? exchange.request.body.sizeBytes : attempt.requestBody.sizeBytes,
    modelRenamed:
      attempt.requestBody === 'same' || attempt.model === exchange.askedModel
        ? undefined
        : `${exchange.askedModel} → ${attempt.model}`,
  };
  const before = exchange.attempts.slice(0, -1);
  const output = {
    ...(before.length === 0 ? {} : { attempts: exchange.attempts.length, before: before.map(storyOf) }),
    status: attempt?.status,
    bytes: attempt?.responseBody?.sizeBytes,
    chunks: attempt?.responseBody?.chunkSizes.length,
    error: attempt?.outcome?.errorCode,
    ...exchange.usage,
  };
  const summary =
    before.length === 0 ? verdict.message : `Attempt ${exchange.attempts.length} decided: ${verdict.message}`;
  if (verdict.ok) return { decision: 'passed', summary, input, output };
  return {
    decision: 'refused',
    summary,
    evidence: verdict.evidence,
    input,
    output,
    refusal: { cause: verdict.cause ?? 'other', message: verdict.message },
  };
}

/** One attempt that another followed, in a line. */
function storyOf({ provider, model, key, status, outcome }: Attempt): string {
  const to = model === undefined ? provider : `${provider}/${model}`;
  const by = key ? ` (…${key.lastFour})` : '';
  return `${to}${by}: ${status ?? outcome?.errorCode ?? 'no answer'}; ${outcome?.movedOn ?? 'another followed'}`;
}

export function respondStep(exchange: Exchange, verdict: Outcome): StageOutcome {
  const { answer } = exchange;
  if (!answer || verdict.clientGone) {
    return { decision: 'skipped', summary: verdict.clientGone ? verdict.message : 'Nothing was sent to the app.' };
  }
  const attempt = exchange.attempts[exchange.attempts.length - 1];
  const untouched = answer.body === 'same';
  const translated = exchange.steps.findLast(({ stage }) => stage === 'translate')?.decision === 'passed';
  return {
    decision: 'answered',
    summary: untouched
      ? `The app got the answer as it came, with status ${answer.status}.`
      : translated && answer.status < 400
        ? `The app got the answer in its own dialect, with status ${answer.status}.`
        : attempt?.status === undefined
          ? `The app got status ${answer.status} and the reason, in its own dialect.`
          : `The app got status ${answer.status}, the provider's words and the cause, in its own dialect.`,
    output: {
      status: answer.status,
      bytes: answer.body === 'same' ? attempt?.responseBody?.sizeBytes : answer.body.sizeBytes,
      untouched,
    },
  };
}

/** The free call that tells whether a key works, made for an experiment; and what its recorded answer says. */
import { bodyText } from '../diagnosis/facts-of-capture.ts';
import { type Judgement, judgeProbe } from '../providers/judge-probe.ts';
import { type ProbePlan, probePlan } from '../providers/probe.ts';
import type { ProviderKey } from '../store/schema.ts';
import { keyName, type Plan, type Sending, type Tools } from './experiment.ts';
import { organisationHeaders } from './organisation-headers.ts';
import type { Subject } from './subject.ts';
import type { Trial } from './trial.ts';

/** How one check differs from the plain one with the key that was used. */
export interface CheckVariation {
  readonly key: ProviderKey;
  readonly omitHeaders?: readonly string[];
  readonly url?: URL;
}

const GEMINI_PAGE = '1000';

/** A plan of checks that run one after the other, the unchanged one last so that a fault that just went away is seen. */
export function planChecks(
  subject: Subject,
  tools: Tools,
  experiment: string,
  variations: readonly CheckVariation[],
): Plan | string {
  const { provider, preset } = subject;
  if (!provider) return 'The provider is no longer set up here.';
  const calls: { readonly plan: ProbePlan; readonly url: URL; readonly variation: CheckVariation }[] = [];
  for (const variation of variations) {
    const secret = tools.openKey(variation.key);
    if (secret === undefined) return 'The key store is locked.';
    const plan = probePlan(provider, preset, secret);
    if (!plan.ok) return `${plan.message} ${plan.next}`;
    if (!plan.provesKey)
      return `${subject.providerName} answers its free call to anybody, so it tells nothing about a key.`;
    const url = new URL(variation.url ?? plan.url);
    // One page with all the names: a model is looked for in it.
    if (url.searchParams.has('pageSize')) url.searchParams.set('pageSize', GEMINI_PAGE);
    calls.push({ plan, url, variation });
  }
  return {
    class: 'free-call',
    costUsd: 0,
    sends: calls.map(
      ({ plan, url, variation }): Sending => ({
        method: plan.method,
        host: url.host,
        path: url.pathname,
        withKey: keyName(variation.key),
      }),
    ),
    run: async () => {
      for (const { plan, url, variation } of calls) {
        const omitHeaders = variation.omitHeaders ?? [];
        await tools.probe({
          experiment,
          keyId: variation.key.id,
          method: plan.method,
          url,
          headers:
            omitHeaders.length > 0 ? plan.headers.filter(keep(plan.headers, omitHeaders)) : withOwn(plan, subject),
          body: plan.body,
          omitHeaders,
        });
      }
    },
  };
}

function keep(headers: readonly string[], omit: readonly string[]) {
  return (_: string, index: number) => !omit.includes((headers[index - (index % 2)] as string).toLowerCase());
}

/** With the organisation headers that the request itself carried, also where the app set them. */
function withOwn(plan: ProbePlan, subject: Subject): string[] {
  const names = new Set(plan.headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  const own = organisationHeaders(subject.attempt);
  const missing = own.filter((_, index) => !names.has((own[index - (index % 2)] as string).toLowerCase()));
  return [...plan.headers, ...missing];
}

/** What a recorded check says about its key; undefined for a call that proves nothing. */
export function judgeCheck(subject: Subject, trial: Trial): Judgement | undefined {
  const { provider, preset, providerName } = subject;
  const { attempt } = trial;
  if (!provider) return undefined;
  const plan = probePlan(provider, preset);
  const code = attempt.outcome?.errorCode;
  const answer = {
    status: attempt.status ?? null,
    headers: (attempt.responseHeaders ?? []).flat(),
    body: bodyText(attempt.responseBody) ?? '',
    error: code === undefined ? null : { code, message: attempt.outcome?.errorMessage ?? '' },
  };
  const failsOnPurpose = plan.ok && plan.failsOnPurpose;
  return judgeProbe(preset, answer, {
    name: providerName,
    failsOnPurpose,
    provesKey: true,
    read: trial.capture.verdict?.cause,
  });
}

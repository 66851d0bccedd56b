/**
 * Replay: a capture run again through the real stages. A pure function of capture, edits, mode, configuration and how far
 * to go; nothing is remembered between two replays, so going back is asking for less and a fork is one edit more.
 */
import type { Capture } from '../captures/capture.ts';
import { isCaptureId } from '../captures/capture-id.ts';
import { readableMarkers } from '../captures/marker.ts';
import { STAGES } from '../causes.ts';
import type { Edit, Replay, ReplayInput } from '../control/contract/replay.ts';
import type { Exchange } from '../exchange.ts';
import type { CredentialFacts } from '../stages/credential-facts.ts';
import { factsOfRecord, type Presented, presentedAgain } from '../stages/credential-facts.ts';
import { PRACTICE } from '../stages/resolve-target.ts';
import { applyEdits, type EditedRequest } from './edits.ts';
import { recallCredentials } from './recall-credentials.ts';
import { checkGatewayKey, configNow, configThen, noConfigThen, type ReplayConfig, withKey } from './replay-config.ts';
import type { ReplayDeps } from './replay-deps.ts';
import { ReplayProblem, type ReplayRefusal } from './replay-problem.ts';
import { type ReplayRequest, requestOf, unreplayable } from './replay-request.ts';
import { answerDifferences, pairs, preparedDifferences, recordedSteps, stepsOfRun } from './replay-result.ts';
import { type RunOutput, runStages } from './replay-run.ts';

export { ReplayProblem } from './replay-problem.ts';

/**
 * Runs a capture again. What stands in its way is told in `refused`; throws ReplayProblem for an id that is not there and
 * for edits that have no place.
 */
export async function runReplay(deps: ReplayDeps, input: ReplayInput): Promise<Replay> {
  const capture = isCaptureId(input.id) ? await deps.recorder.get(input.id) : null;
  if (!capture) {
    throw new ReplayProblem(
      'not-found',
      `There is no capture "${input.id.slice(0, 40)}" here.`,
      'It may have been pruned; `keyward captures list` shows those that are kept.',
    );
  }
  return replayCapture(deps, capture, input);
}

/** The same for a capture that is at hand. `onExchange` sees the whole of what was run, unredacted, before the result. */
export async function replayCapture(
  deps: ReplayDeps,
  capture: Capture,
  input: Omit<ReplayInput, 'id'>,
  onExchange?: (exchange: Exchange) => void,
): Promise<Replay> {
  const { mode = 'dry-run', edits = [], until, timing = false } = input;
  const config = input.config ?? (mode === 'recorded' || mode === 'explain' ? 'then' : 'now');
  const common = { of: capture.id, mode, config, edits: [...edits], configVersion: capture.configVersion };
  if (mode === 'explain') {
    if (edits.length > 0) {
      throw new ReplayProblem(
        'invalid',
        'The mode explain shows what was recorded, so nothing can be edited in it.',
        'Use dry-run, recorded or live.',
      );
    }
    return { ...nothing(common), steps: recordedSteps(capture, until), outcome: recordedOutcome(capture, until) };
  }
  const edited = applyEdits(requestOf(capture), edits);
  const refusal = unreplayable(capture);
  if (refusal) return { ...nothing(common), refused: refusal };
  const then = await configThen(deps, capture);
  const chosen = config === 'then' ? then : configNow(deps, then);
  if (!chosen) return { ...nothing(common), refused: noConfigThen(capture) };
  const presented = present(capture, then, chosen, edited);
  const started = { ...common, configVersion: chosen.snapshot.version };
  if ('sentence' in presented) return { ...nothing(started), refused: presented };
  const output = await runStages(deps, {
    capture,
    request: edited.request,
    sameRequest: edits.every(({ path }) => BESIDE_THE_REQUEST.has(path)),
    mode,
    recordedClock: config === 'then',
    config: edited.keyId === undefined ? chosen.snapshot : withKey(chosen.snapshot, edited.keyId),
    presented,
    guarded: !then?.imported && capture.origin?.kind !== 'import',
    keyId: edited.keyId,
    baseUrl: edited.baseUrl,
    until,
    timing,
  });
  onExchange?.(output.exchange);
  return finished(deps, capture, nothing(started), output, edited.request, until);
}

/** Edits of how it is sent, and not of what. */
const BESIDE_THE_REQUEST: ReadonlySet<string> = new Set(['key', 'gateway-key', 'base-url']);

/** The request as its edits make it, before any stage has seen it. */
export function previewOf(capture: Capture, edits: readonly Edit[]): ReplayRequest {
  return applyEdits(requestOf(capture), edits).request;
}

type Common = Pick<Replay, 'of' | 'mode' | 'config' | 'configVersion' | 'edits'>;

function nothing(common: Common): Replay {
  return {
    ...common,
    steps: [],
    refused: null,
    capture: null,
    outcome: null,
    sending: null,
    answerDifferences: [],
    prepared: null,
    preparedDifferences: [],
    notes: [],
  };
}

/** In whose name: the one it was sent in, or the one an edit names. */
function present(
  capture: Capture,
  then: ReplayConfig | null,
  { snapshot, generationOf }: ReplayConfig,
  edited: EditedRequest,
): Presented | ReplayRefusal {
  const { gatewayKeyId, withoutCredentials } = edited;
  if (gatewayKeyId !== undefined) {
    const facts = factsOfRecord(checkGatewayKey(snapshot, gatewayKeyId), 'header authorization', generationOf);
    return presentedAgain([facts], generationOf);
  }
  const recalled = recallCredentials(capture, then);
  if (!recalled.ok) return recalled.refusal;
  const sent = (facts: CredentialFacts) => !withoutCredentials.includes(facts.place);
  return presentedAgain(recalled.facts.filter(sent), generationOf);
}

function finished(
  deps: ReplayDeps,
  capture: Capture,
  replay: Replay,
  output: RunOutput,
  request: ReplayRequest,
  until: Replay['steps'][number]['stage'] | undefined,
): Replay {
  const { exchange, refused, notes, captureId } = output;
  const prepared = preparedOf(deps, output, request);
  const steps = stepsOfRun(exchange, capture, until);
  return {
    ...replay,
    steps,
    refused: refused ?? null,
    capture: captureId ?? null,
    outcome: outcomeOf(output, until),
    sending: sendingOf(output),
    answerDifferences: until === undefined ? answerDifferences(capture, exchange) : [],
    prepared,
    preparedDifferences: preparedDifferences(capture, prepared, output.prepared?.attempt.index ?? 0),
    notes: [...notes],
  };
}

function outcomeOf({ exchange }: RunOutput, until: Replay['steps'][number]['stage'] | undefined): Replay['outcome'] {
  const { verdict } = exchange;
  if (!verdict) return null;
  const { ok, cause, stage, status, message } = verdict;
  const beyond = until !== undefined && (stage === null || STAGES.indexOf(stage) > STAGES.indexOf(until));
  return beyond ? null : { ok, cause, stage, status, message };
}

function recordedOutcome({ verdict }: Capture, until: Replay['steps'][number]['stage'] | undefined): Replay['outcome'] {
  if (!verdict || until !== undefined) return null;
  const { ok, cause, stage, status, message } = verdict;
  return { ok, cause, stage, status, message };
}

function preparedOf(deps: ReplayDeps, { prepared }: RunOutput, request: ReplayRequest): Replay['prepared'] {
  if (!prepared) return null;
  const { redactor } = deps.replay;
  const { url, headers, attempt } = prepared;
  const redactedHeaders = redactor.redactHeaders(headers).headers;
  const body = prepared.body ?? request.body;
  return {
    method: attempt.method,
    url: redactor.redactUrl(url.href).url,
    headers: pairs(redactedHeaders).map(([name, value]): [string, string] => [name, readableMarkers(value)]),
    body: body ? redactor.redactText(body.toString('utf8'), 'body').text : null,
    key: attempt.key ?? null,
  };
}

function sendingOf({ prepared, target }: RunOutput): Replay['sending'] {
  if (!prepared || !target) return null;
  const { url, attempt } = prepared;
  const practice = target.providerId === PRACTICE;
  const local = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return {
    method: attempt.method,
    url: url.origin + url.pathname,
    host: url.host,
    key: attempt.key ? `${attempt.key.label} (…${attempt.key.lastFour})` : null,
    costUsd: practice || local ? 0 : null,
    practice,
  };
}

/** What an exchange looks like before and after each stage: the few facts that a person follows through it. Pure. */
import type { Capture } from '../captures/capture.ts';
import { STAGES, type Stage } from '../causes.ts';
import type { Exchange } from '../exchange.ts';

type Facts = Readonly<Record<string, unknown>>;

/** By stage, what it adds or changes. */
export type ExchangeView = ReadonlyMap<Stage | 'arrival', Facts>;

export function viewOfExchange(exchange: Exchange): ExchangeView {
  const { request, endpoint, askedModel, stream, caller, credentialFrom, userAsserted, routeName, answer } = exchange;
  const attempt = exchange.attempts.at(-1);
  const routed = exchange.steps.find((step) => step.stage === 'route')?.output;
  return view({
    arrival: { method: request.method, path: request.path, bytes: request.body.sizeBytes },
    receive: { endpoint: endpoint?.name, model: askedModel, stream },
    identify: { app: caller?.appName, gatewayKey: caller?.gatewayKeyId, credentialFrom },
    authorize: { user: userAsserted?.value },
    route: { route: routeName, ...routed },
    translate: { dialect: dialectOf(exchange.steps) },
    forward: attempt && {
      url: attempt.url.split('?', 1)[0],
      providerStatus: attempt.status,
      providerBytes: attempt.responseBody?.sizeBytes,
      error: attempt.outcome?.errorCode,
    },
    respond: { status: answer?.status },
  });
}

export function viewOfCapture(capture: Capture): ExchangeView {
  const attempt = capture.attemptList.at(-1);
  const reached = new Set(capture.steps.map(({ stage }) => stage));
  const passed = (stage: Stage, facts: Facts) => (reached.has(stage) ? facts : {});
  const routed = capture.steps.find((step) => step.stage === 'route')?.output;
  return view({
    arrival: {
      method: capture.method,
      path: capture.request.url.split('?', 1)[0],
      bytes: capture.request.body.sizeBytes,
    },
    receive: passed('receive', {
      endpoint: orUndefined(capture.endpoint),
      model: orUndefined(capture.askedModel),
      stream: capture.askedModel === null ? undefined : capture.stream,
    }),
    identify: passed('identify', {
      app: orUndefined(capture.app),
      gatewayKey: orUndefined(capture.gatewayKeyId),
      credentialFrom: orUndefined(capture.credentialFrom),
    }),
    route: passed('route', { route: orUndefined(capture.routeName), ...routed }),
    translate: { dialect: dialectOf(capture.steps) },
    forward: attempt && {
      url: attempt.url.split('?', 1)[0],
      providerStatus: attempt.status,
      providerBytes: attempt.responseBody?.sizeBytes,
      error: attempt.outcome?.errorCode,
    },
    respond: { status: capture.answer?.status },
  });
}

/** The facts as they stand before and after that stage. */
export function aroundStage(views: ExchangeView, stage: Stage): { before: Facts; after: Facts } {
  let before: Facts = { ...views.get('arrival') };
  for (const earlier of STAGES.slice(0, STAGES.indexOf(stage))) before = { ...before, ...views.get(earlier) };
  return { before, after: { ...before, ...views.get(stage) } };
}

/** What the provider is asked in, where that is not what the app speaks. */
function dialectOf(steps: readonly { readonly stage: Stage; readonly output?: Facts }[]): unknown {
  return steps.findLast(({ stage }) => stage === 'translate')?.output?.dialect;
}

function view(facts: Partial<Record<Stage | 'arrival', Facts | undefined>>): ExchangeView {
  const stages = new Map<Stage | 'arrival', Facts>();
  for (const [stage, own] of Object.entries(facts)) {
    const known = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
    stages.set(stage as Stage, Object.fromEntries(known));
  }
  return stages;
}

function orUndefined<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

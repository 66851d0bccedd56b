/** `GET /metrics`: on the loopback for everybody, from elsewhere with a gateway key. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../exchange.ts';
import { limitedSubjects } from '../limits/limited-subjects.ts';
import { findModel } from '../models/find-model.ts';
import type { ModelLists } from '../models/listed.ts';
import { openExchange } from '../run-exchange.ts';
import type { Services } from '../services.ts';
import { presentedBy } from '../stages/credential-facts.ts';
import { identify } from '../stages/identify.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { OTHER_MODEL } from '../usage/usage-meter.ts';
import { budgetFacts } from './budget-facts.ts';
import type { MetricFacts } from './metrics.ts';

export interface MetricsDoor {
  /** Undefined: it was served. */
  handle(request: IncomingMessage, response: ServerResponse): Omit<Refusal, 'stage'> | undefined;
}

type Needs = Pick<
  Services,
  'store' | 'vault' | 'recorder' | 'meter' | 'routing' | 'lists' | 'tracing' | 'pipeline' | 'now' | 'newCaptureId'
>;

export function createMetricsDoor(services: Needs, version: string, onFault: (error: unknown) => void): MetricsDoor {
  return {
    handle(request, response) {
      const refusal = isLoopback(request.socket.remoteAddress) ? undefined : strangerRefused(request, services);
      if (refusal) return refusal;
      serve(services, version, request, response).catch((error) => {
        onFault(error);
        if (!response.headersSent) response.writeHead(500, { 'content-length': '0' });
        response.end();
      });
      return undefined;
    },
  };
}

async function serve(services: Needs, version: string, request: IncomingMessage, response: ServerResponse) {
  // Loaded at the first scrape: most homes are never scraped, and a start must not pay for it.
  const { renderMetrics } = await import('./metrics.ts');
  const { contentType, text } = await renderMetrics(factsOf(services, version));
  const body = Buffer.from(text);
  response.writeHead(200, {
    'content-type': contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Who asks from another computer must hold a gateway key that is good; what is told otherwise is what any app is told. */
function strangerRefused(request: IncomingMessage, { store, now, newCaptureId, vault }: Needs) {
  const config = () => store.snapshot;
  const exchange = openExchange(request, { config, now, newCaptureId });
  const presented = presentedBy(exchange, (text) => vault.fingerprint(text));
  const outcome = identify(exchange, { config: store.snapshot, now }, presented);
  return outcome.decision === 'refused' ? outcome.refusal : undefined;
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:127\.|::1$|::ffff:127\.)/.test(address);
}

function factsOf(services: Needs, version: string): MetricFacts {
  const { store, vault, recorder, meter, routing, lists, tracing, pipeline, now } = services;
  recorder.catchUp();
  const config = store.snapshot;
  const notices = { info: 0, warning: 0, error: 0 };
  for (const { level } of [...store.notices, ...vault.notices, ...recorder.notices, ...tracing.notices])
    notices[level]++;
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    version,
    totals: meter.totals(),
    appName: (id) => config.apps.get(id)?.name,
    isKnownModel: (provider, model) => isKnownModel(config, provider, model, lists),
    rules: {
      circuits: routing.openTargets(now()).map(({ target, open: { trial } }) => {
        const [provider = '', ...rest] = target.split('/');
        const model = rest.join('/');
        return {
          provider,
          model: model === '' || isKnownModel(config, provider, model, lists) ? model : OTHER_MODEL,
          trial,
        };
      }),
      refusals: meter.refusals,
      budgets: budgetFacts(limitedSubjects(config), recorder.spend, now()),
    },
    inFlight: pipeline.active,
    queue: recorder.queue,
    notices,
    process: {
      cpuSeconds: (user + system) / 1e6,
      residentBytes: rss,
      heapBytes: heapUsed,
      startedAt: Math.round((performance.timeOrigin / 1000) * 1000) / 1000,
    },
  };
}

/** In the catalogue under that provider or in its own list, a route's name, or a route's target. */
function isKnownModel(config: ConfigSnapshot, provider: string, model: string, lists: ModelLists): boolean {
  const { routes } = config.document;
  if (routes.some(({ name, targets }) => name === model || targets.some((one) => one.model === model))) return true;
  const preset = config.providers.get(provider)?.preset;
  return lists.has(provider, model) || (preset != null && findModel(preset, model) !== undefined);
}

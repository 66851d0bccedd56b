/** Finds the last time that the same thing worked: as alike as possible first, then as near as possible. */
import type { Capture, CaptureRow } from '../captures/capture.ts';
import type { Recorder } from '../captures/recorder.ts';

export interface NearestSuccess {
  readonly row: CaptureRow;
  /** On what the two agree. */
  readonly matchedBy: readonly string[];
}

/** Rows looked through for each question; a success older than that many requests of an app tells little. */
const MOST_ROWS = 3000;
const PAGE = 1000;

type Trait = 'app' | 'gateway key' | 'route' | 'endpoint' | 'provider';

/** Most alike first; each must hold whole. */
const LEVELS: readonly (readonly Trait[])[] = [
  ['app', 'route', 'endpoint', 'provider', 'gateway key'],
  ['app', 'route', 'endpoint', 'gateway key'],
  ['app', 'route', 'endpoint'],
  ['app', 'endpoint', 'provider'],
  ['app', 'endpoint'],
  ['route', 'endpoint'],
  ['endpoint', 'provider'],
];

export async function nearestSuccess(
  recorder: Pick<Recorder, 'list'>,
  capture: Capture,
): Promise<NearestSuccess | null> {
  // Those of the app are asked for by themselves: among many apps they could lie far back.
  const own = capture.appId === null ? null : choose(capture, await successes(recorder, capture, capture.appId));
  return own ?? choose(capture, await successes(recorder, capture, undefined));
}

async function successes(
  recorder: Pick<Recorder, 'list'>,
  capture: Capture,
  app: string | undefined,
): Promise<CaptureRow[]> {
  const found: CaptureRow[] = [];
  let before = capture.id;
  for (let seen = 0; seen < MOST_ROWS; seen += PAGE) {
    const page = await recorder.list({ app, before, limit: PAGE });
    found.push(...page.filter((row) => isSuccess(row, capture)));
    const last = page.at(-1);
    if (page.length < PAGE || !last) break;
    before = last.id;
  }
  return found;
}

/** Replays and checks of our own are no witnesses of how it went for the app. */
function isSuccess(row: CaptureRow, capture: Capture): boolean {
  return row.state === 'done' && row.ok && !row.clientGone && row.origin === null && row.practice === capture.practice;
}

/** Pure. `rows` newest first. */
export function choose(capture: CaptureRow, rows: readonly CaptureRow[]): NearestSuccess | null {
  for (const level of LEVELS) {
    const traits = level.filter((trait) => traitOf(capture, trait) !== null);
    // A request that got no further than identify has no app and no provider: too little to compare by.
    if (traits.length < Math.min(level.length, 2)) continue;
    const row = rows.find((candidate) =>
      traits.every((trait) => traitOf(candidate, trait) === traitOf(capture, trait)),
    );
    if (row) return { row, matchedBy: traits };
  }
  return null;
}

function traitOf(row: CaptureRow, trait: Trait): string | null {
  switch (trait) {
    case 'app':
      return row.appId;
    case 'gateway key':
      return row.gatewayKeyId;
    // What an app asks for by name is the route; a name that is none leads somewhere all the same.
    case 'route':
      return row.askedModel;
    case 'endpoint':
      return row.endpoint ?? `${row.method} ${row.path}`;
    case 'provider':
      return row.provider;
  }
}

import { skipToken, useQuery } from '@tanstack/react-query';
import type { Capture, RecordedStep } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { captureTone, captureVerdict } from '../../parts/capture-tone.ts';
import type { Tone } from '../../parts/light.tsx';
import { words } from '../../words/words.ts';
import { bodyText } from '../capture/as-text.ts';
import type { Branch } from './branch.ts';
import { readable } from './draft.ts';

export interface Message {
  readonly line: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface Side {
  readonly tone: Tone;
  readonly verdict: string;
  readonly status: number | null;
  readonly capture: string | null;
  readonly request: Message | undefined;
  readonly steps: readonly Pick<RecordedStep, 'stage' | 'decision' | 'summary'>[];
  readonly answer: Message | undefined;
}

/** One side of a comparison: what was recorded, what a branch became, or how far a branch that has yet to run would come. */
export function useSide(original: Capture, branch: Branch | undefined): Side | undefined {
  const became = branch?.capture;
  const run = useQuery(queries.captures.get.queryOptions({ input: became ? { id: became } : skipToken }));
  const dry = branch && !became ? branch : undefined;
  const preview = useQuery(
    queries.replay.preview.queryOptions({ input: dry ? { id: original.id, edits: dry.edits } : skipToken }),
  );
  const steps = useQuery(
    queries.replay.run.queryOptions({
      input: dry ? { id: original.id, mode: 'dry-run', config: dry.config, edits: dry.edits } : skipToken,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
  if (!branch) return ofCapture(original);
  if (became) return run.data && ofCapture(run.data);
  if (!preview.data || !steps.data) return undefined;
  const { outcome } = steps.data;
  return {
    tone: outcome ? (outcome.ok ? 'ok' : 'bad') : 'wait',
    verdict: !outcome
      ? words.replay.outcome.undecided
      : outcome.ok
        ? words.requests.works
        : outcome.cause
          ? words.causes[outcome.cause]
          : outcome.message,
    status: outcome?.status ?? null,
    capture: null,
    request: requestOf(preview.data.request),
    steps: steps.data.steps,
    answer: undefined,
  };
}

function ofCapture(capture: Capture): Side {
  return {
    tone: captureTone(capture),
    verdict: captureVerdict(capture),
    status: capture.status,
    capture: capture.id,
    request: requestOf(capture.request),
    steps: capture.steps,
    answer: capture.answer
      ? {
          line: `${words.text.status} ${capture.answer.status}`,
          headers: capture.answer.headers,
          body: readable(bodyText(capture.answer.body)),
        }
      : undefined,
  };
}

function requestOf(request: Capture['request']): Message {
  return {
    line: `${request.method} ${request.url}`,
    headers: request.headers,
    body: readable(bodyText(request.body)),
  };
}

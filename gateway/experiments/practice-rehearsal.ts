/** Practice failures can be told that a fix was carried out, in the model's name. Pure. */
import type { Capture } from '../captures/capture.ts';

/** `practice/key-expired:as=openai` → `practice/key-expired:as=openai,mended=replace-key`. */
export function mendedModel(capture: Capture, fix: string): string {
  const model = (capture.attemptList.at(-1)?.model ?? capture.model ?? '').replace(/[:,]mended=[a-z-]+/, '');
  return `practice/${model.replace(/^practice\//, '')}${model.includes(':') ? ',' : ':'}mended=${fix}`;
}

/** As much of a capture as evidence asks for. */
import type { Capture } from '../../gateway/captures/capture.ts';

export function capture(of: { keyId: string; appId: string; time: number }): Capture {
  const { keyId, appId, time } = of;
  const known = { provider: 'openai', keyId, appId, practice: false, origin: null, time: new Date(time).toISOString() };
  return known as Partial<Capture> as Capture;
}

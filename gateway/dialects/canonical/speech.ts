/** The canonical form of a text to be spoken and of its sound. Types only. */
import type { CallCallerSide, CallProviderSide } from './translate-call.ts';

export interface SpeechRequest {
  readonly text: string;
  /** As the caller names it. */
  readonly voice: string;
  /** How it is to be spoken, in words. */
  readonly instructions?: string;
  /** 1 is the voice's own. */
  readonly speed?: number;
  /** `pcm`: samples of 16 bits, little endian, one channel, 24,000 a second, without a head. `wav`: a file. */
  readonly format: 'wav' | 'pcm';
}

export interface SpeechAnswer {
  /** Samples of 16 bits, little endian, one channel. */
  readonly samples: Buffer;
  readonly samplesPerSecond: number;
}

export type SpeechProviderSide = CallProviderSide<SpeechRequest, SpeechAnswer>;
export type SpeechCallerSide = CallCallerSide<SpeechRequest, SpeechAnswer>;

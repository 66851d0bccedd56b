/** The canonical form of a request for new images and of its answer. Types only. */
import type { CanonicalUsage } from './response.ts';
import type { CallCallerSide, CallProviderSide } from './translate-call.ts';

export type ImageFormat = 'png' | 'jpeg' | 'webp';

export interface ImageRequest {
  readonly prompt: string;
  /** How many are wanted. */
  readonly count: number;
  /** In pixels; undefined: the provider's choice. */
  readonly size?: { readonly width: number; readonly height: number };
  readonly format?: ImageFormat;
}

export interface GeneratedImage {
  readonly base64: string;
  /** `image/png`. */
  readonly mediaType: string;
}

export interface ImageAnswer {
  readonly images: readonly GeneratedImage[];
  readonly usage?: CanonicalUsage;
  /** Words that came beside them. */
  readonly said?: string;
}

export type ImageProviderSide = CallProviderSide<ImageRequest, ImageAnswer>;
export type ImageCallerSide = CallCallerSide<ImageRequest, ImageAnswer>;

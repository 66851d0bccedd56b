/**
 * Images from Gemini's image models: `generateContent` with images wanted in place of words. Sources:
 * ai.google.dev/gemini-api/docs/image-generation, ai.google.dev/api/generate-content (ImageConfig, FinishReason). Imagen
 * and its `:predict` were switched off in 2026 (firebase.google.com/docs/ai-logic/imagen-models-migration).
 */
import { unusable } from '../canonical/error.ts';
import type { ImageProviderSide, ImageRequest } from '../canonical/images.ts';
import { asText, defined } from '../canonical/json.ts';
import { createLosses, type Losses } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import { inlineParts, readMedia } from './inline-media.ts';

export const geminiImages: ImageProviderSide = {
  buildRequest({ prompt, count, size }, model = '') {
    const losses = createLosses();
    if (/^(?:google\/)?imagen/.test(model))
      losses.refuse('model', 'Google has switched Imagen off: ask for one of Gemini’s image models in its place.');
    // "Multiple candidates is not enabled" for these models: github.com/google-gemini/gemini-cli/issues/10370.
    if (count > 1) losses.refuse('n', 'Gemini makes one image a request: leave n out, and ask once for each.');
    const imageConfig = size && fitSize(size, model, losses);
    return losses.close<Fields>({
      contents: [{ role: 'user', parts: [{ text: prompt }] }],
      generationConfig: defined({ responseModalities: ['IMAGE'], imageConfig }),
    });
  },
  parseAnswer(body) {
    const read = readMedia(body, 'image');
    if (read.error !== undefined) return read;
    const { parts, said, usage } = read.answer;
    const images = inlineParts(parts).filter(({ mediaType }) => mediaType.startsWith('image/'));
    if (images.length === 0) return { error: unusable(`The answer holds no image.${words(said)}`) };
    return { answer: defined({ images, usage, said }) };
  },
};

function words(said: string | undefined): string {
  return said === undefined ? '' : ` The model said: ${said.slice(0, 200)}`;
}

/** What all of Gemini's image models take; the newest also take far narrower ones. */
const RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] as const;

/** These have images of 2K and 4K besides; all others have one size (…/image-generation, *Aspect ratios and image size*). */
const MORE_PIXELS = /^(?:google\/)?gemini-(?:3-pro|3\.1-flash)-image/;

/** Pixels become the nearest ratio and, where a model has several, the nearest of its sizes. */
function fitSize({ width, height }: NonNullable<ImageRequest['size']>, model: string, losses: Losses): Fields {
  const wanted = Math.log(width / height);
  const off = (ratio: string) => Math.abs(Math.log(Number(ratio.split(':')[0]) / Number(ratio.split(':')[1])) - wanted);
  const aspectRatio = RATIOS.reduce((best, ratio) => (off(ratio) < off(best) ? ratio : best), RATIOS[0] as string);
  const side = Math.sqrt(width * height);
  const imageSize = MORE_PIXELS.test(model) && side > 1448 ? (side > 2896 ? '4K' : '2K') : undefined;
  const exact = off(aspectRatio) < 1e-9;
  losses.add(
    exact ? 'renamed' : 'clamped',
    'size',
    exact
      ? 'Gemini takes a ratio and decides itself how many pixels that is.'
      : 'Gemini takes a ratio, this is the nearest, and decides itself how many pixels that is.',
    `${width}x${height}`,
    asText(imageSize) === undefined ? aspectRatio : `${aspectRatio}, ${imageSize}`,
  );
  return defined({ aspectRatio, imageSize });
}

/**
 * The bundle, a file of captures that opens in any Keyward: gzip over UTF-8 text, one JSON object a line.
 *
 *   head      first: form, version, when and by which Keyward it was made, public key of its home
 *   config    a configuration without secrets, before the first capture that was made under it
 *   capture   a capture as it is read, its explanation, digest of its configuration
 *   seal      last: the manifest as text (counts, SHA-256 of every byte before this line) and its Ed25519 signature
 *
 * The seal comes last so that a bundle is written without holding it, and so that a cut one is known by its absence.
 */
import { z } from 'zod';
import { captureSchema } from '../captures/capture.ts';
import { explanationSchema } from '../diagnosis/explanation.ts';

export const BUNDLE_VERSION = 1;
export const BUNDLE_MEDIA_TYPE = 'application/vnd.keyward.bundle';
export const BUNDLE_ENDING = '.keyward';
/** More than any bundle worth opening unfolds to; a small file that would is a trap. */
export const MOST_UNFOLDED_BYTES = 1024 * 1024 * 1024;
/** A capture with three bodies of the largest kind, each letter escaped. */
export const LONGEST_LINE_BYTES = 64 * 1024 * 1024;

export const headSchema = z.object({
  keyward: z.literal('bundle'),
  version: z.number().int().min(1),
  madeAt: z.iso.datetime(),
  /** Version of the Keyward that made it. */
  madeBy: z.string(),
  /** Ed25519, SPKI, base64. */
  publicKey: z.string(),
});
export type BundleHead = z.infer<typeof headSchema>;

export const configLineSchema = z.object({ config: z.object({ digest: z.string(), document: z.unknown() }) });

export const captureLineSchema = z.object({
  capture: captureSchema,
  explanation: explanationSchema.nullable(),
  config: z.string().nullable(),
  /** It is here because it came from another one: a replay or a probe. */
  linked: z.boolean(),
});
export type CaptureLine = z.infer<typeof captureLineSchema>;

export const sealLineSchema = z.object({ seal: z.object({ manifest: z.string(), signature: z.string() }) });

export const manifestSchema = z.object({
  captures: z.number().int(),
  linked: z.number().int(),
  configurations: z.number().int(),
  /** Secrets that the last search before writing still found, and replaced. */
  secretsRemoved: z.number().int(),
  /** Hex, over every byte before the seal's line, unfolded. */
  sha256: z.string(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * Opens a bundle, bounded: first the whole of it is checked (form, version, hash, signature, every line), then it is read
 * again for what it holds. A file that is cut, altered, too new or a trap is refused before anything was taken from it.
 */
import { createHash, createPublicKey, type Hash, verify } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isCaptureId } from '../captures/capture-id.ts';
import { checkDocument } from '../store/parse-document.ts';
import {
  BUNDLE_VERSION,
  type BundleHead,
  type CaptureLine,
  captureLineSchema,
  configLineSchema,
  headSchema,
  LONGEST_LINE_BYTES,
  type Manifest,
  MOST_UNFOLDED_BYTES,
  manifestSchema,
  sealLineSchema,
} from './bundle-format.ts';
import { TransferError } from './transfer-error.ts';

export interface CheckedBundle {
  readonly head: BundleHead;
  readonly manifest: Manifest;
}

export type BundleItem =
  | { readonly kind: 'config'; readonly digest: string; readonly text: string }
  | ({ readonly kind: 'capture' } & CaptureLine);

export function isGzip(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Throws TransferError where the file is no whole, unaltered bundle that this Keyward understands. */
export async function checkBundle(bytes: Buffer): Promise<CheckedBundle> {
  let head: BundleHead | undefined;
  let manifest: Manifest | undefined;
  let hash = createHash('sha256');
  let counted = 0;
  const digests = new Set<string>();
  for await (const line of unfoldedLines(bytes)) {
    if (manifest) throw altered('it goes on behind its seal');
    const value = parseLine(line);
    if (!head) {
      head = headOf(value);
    } else if (value !== null && typeof value === 'object' && 'seal' in value) {
      manifest = openSeal(value, head, hash);
      hash = createHash('sha256');
      if (manifest.captures !== counted) throw altered('its number of captures is not the one it was sealed with');
      continue;
    } else {
      const item = itemOf(value);
      if (item.kind === 'config') digests.add(item.digest);
      else {
        counted++;
        if (item.config !== null && !digests.has(item.config))
          throw altered('a configuration that it names is missing');
      }
    }
    hash.update(line).update('\n');
  }
  if (!head) throw notABundle();
  if (!manifest) {
    throw new TransferError('This bundle is cut short: its end is missing.', 'Get the file again, whole.');
  }
  return { head, manifest };
}

/** What a bundle that was checked holds, in its order. */
export async function* readBundle(bytes: Buffer): AsyncGenerator<BundleItem> {
  let first = true;
  for await (const line of unfoldedLines(bytes)) {
    const value = parseLine(line);
    if (!first && !(value !== null && typeof value === 'object' && 'seal' in value)) yield itemOf(value);
    first = false;
  }
}

async function* unfoldedLines(bytes: Buffer): AsyncGenerator<Buffer> {
  let carry: Buffer[] = [];
  let carryBytes = 0;
  let total = 0;
  try {
    for await (const piece of Readable.from([bytes]).pipe(createGunzip())) {
      let chunk = piece as Buffer;
      total += chunk.length;
      if (total > MOST_UNFOLDED_BYTES) throw tooLarge();
      for (;;) {
        const end = chunk.indexOf(0x0a);
        const part = end === -1 ? chunk : chunk.subarray(0, end);
        carryBytes += part.length;
        if (carryBytes > LONGEST_LINE_BYTES) throw tooLarge();
        carry.push(part);
        if (end === -1) break;
        yield carry.length === 1 ? (carry[0] as Buffer) : Buffer.concat(carry);
        carry = [];
        carryBytes = 0;
        chunk = chunk.subarray(end + 1);
      }
    }
  } catch (error) {
    if (error instanceof TransferError) throw error;
    const code = String((error as { code?: unknown }).code ?? '');
    if (code === 'Z_BUF_ERROR') {
      throw new TransferError('This bundle is cut short: its end is missing.', 'Get the file again, whole.');
    }
    if (code.startsWith('Z_')) throw altered('it cannot be unpacked');
    throw error;
  }
  if (carryBytes > 0)
    throw new TransferError('This bundle is cut short: its end is missing.', 'Get the file again, whole.');
}

function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8')) as unknown;
  } catch {
    throw altered('a line of it is no JSON');
  }
}

function headOf(value: unknown): BundleHead {
  const version = (value as { version?: unknown } | null)?.version;
  if ((value as { keyward?: unknown } | null)?.keyward !== 'bundle') throw notABundle();
  if (typeof version === 'number' && version > BUNDLE_VERSION) {
    throw new TransferError(
      `This bundle was made by a newer Keyward (form ${version}; this one reads up to ${BUNDLE_VERSION}).`,
      'Update Keyward to open it.',
    );
  }
  const parsed = headSchema.safeParse(value);
  if (!parsed.success) throw altered('its head does not have the right form');
  return parsed.data;
}

function openSeal(value: unknown, head: BundleHead, hash: Hash): Manifest {
  const seal = sealLineSchema.safeParse(value);
  const manifest = seal.success ? parseManifest(seal.data.seal.manifest) : undefined;
  if (!seal.success || !manifest) throw altered('its seal does not have the right form');
  const { manifest: text, signature } = seal.data.seal;
  if (!isSigned(text, signature, head.publicKey)) throw altered('its signature does not fit');
  if (hash.digest('hex') !== manifest.sha256) throw altered('its content is not what was sealed');
  return manifest;
}

function parseManifest(text: string): Manifest | undefined {
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // worded by who asked
  }
}

function isSigned(text: string, signature: string, publicKey: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });
    return (
      key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
    );
  } catch {
    return false; // no key at all
  }
}

function itemOf(value: unknown): BundleItem {
  const config = configLineSchema.safeParse(value);
  if (config.success) {
    const { digest, document } = config.data.config;
    const checked = checkDocument(document);
    if (!checked.ok) throw altered(`a configuration in it does not have the right form (${checked.fault})`);
    return { kind: 'config', digest, text: JSON.stringify(document) };
  }
  const line = captureLineSchema.safeParse(value);
  if (!line.success) {
    const [issue] = line.error.issues;
    throw altered(`a capture in it does not have the right form (${issue?.path.join('.') ?? 'unknown'})`);
  }
  const { capture } = line.data;
  if (!isCaptureId(capture.id) || Number.isNaN(Date.parse(capture.time)))
    throw altered('a capture in it has no valid id or time');
  return { kind: 'capture', ...line.data };
}

function notABundle(): TransferError {
  return new TransferError(
    'This file is packed like a bundle, but is none.',
    'Give a bundle (made by `keyward captures export`), a HAR file or a curl command.',
  );
}

function altered(how: string): TransferError {
  return new TransferError(
    `This bundle was altered or damaged: ${how}. Nothing was imported.`,
    'Get it again from where it was made.',
  );
}

function tooLarge(): TransferError {
  return new TransferError(
    'This file unfolds to more than a bundle may hold. Nothing was imported.',
    'Have it made with fewer captures at a time.',
  );
}

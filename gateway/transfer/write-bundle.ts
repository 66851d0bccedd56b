/** Writes a bundle capture by capture: what is in memory at once is one capture and what gzip holds of it. */
import { createHash, type KeyObject, sign } from 'node:crypto';
import { createGzip } from 'node:zlib';
import type { Capture } from '../captures/capture.ts';
import { type Rescanner, rescanCapture } from '../captures/rescan.ts';
import type { Explanation } from '../diagnosis/explanation.ts';
import { BUNDLE_VERSION, type BundleHead, type Manifest } from './bundle-format.ts';

export interface BundleEntry {
  readonly capture: Capture;
  readonly explanation: Explanation | null;
  /** JSON text of a portable configuration (portable-config.ts); null where it is not known any more. */
  readonly config: string | null;
  readonly linked: boolean;
}

export interface BundleOptions {
  readonly redactor: Rescanner;
  readonly signingKey: { readonly privateKey: KeyObject; readonly publicKey: string };
  readonly madeAt: string;
  readonly madeBy: string;
}

/** The bundle's bytes. Ends with an error where reading an entry did. */
export async function* writeBundle(
  entries: AsyncIterable<BundleEntry>,
  options: BundleOptions,
): AsyncGenerator<Buffer> {
  const gzip = createGzip();
  const lines = new BundleLines(options);
  const feeding = (async () => {
    try {
      for await (const line of lines.of(entries)) {
        if (!gzip.write(line)) await drained(gzip);
      }
      gzip.end();
    } catch (error) {
      gzip.destroy(error as Error);
    }
  })();
  try {
    for await (const chunk of gzip) yield chunk as Buffer;
    await feeding;
  } finally {
    gzip.destroy();
  }
}

/** Resolves also when the reader gave up: nothing will ever drain then. */
function drained(gzip: ReturnType<typeof createGzip>): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      gzip.off('drain', done).off('close', closed);
      resolve();
    };
    const closed = () => {
      gzip.off('drain', done).off('close', closed);
      reject(new Error('the reader of the bundle left'));
    };
    gzip.once('drain', done).once('close', closed);
  });
}

class BundleLines {
  private readonly options: BundleOptions;
  private readonly hash = createHash('sha256');
  private readonly written = new Set<string>();
  /** By digest of the text as it was given: what stands for it in the bundle. */
  private readonly digests = new Map<string, string>();
  private captures = 0;
  private linked = 0;
  private secretsRemoved = 0;

  constructor(options: BundleOptions) {
    this.options = options;
  }

  async *of(entries: AsyncIterable<BundleEntry>): AsyncGenerator<string> {
    const { madeAt, madeBy, signingKey } = this.options;
    const { publicKey } = signingKey;
    yield this.line({ keyward: 'bundle', version: BUNDLE_VERSION, madeAt, madeBy, publicKey } satisfies BundleHead);
    for await (const entry of entries) yield* this.entry(entry);
    const manifest: Manifest = {
      captures: this.captures,
      linked: this.linked,
      configurations: this.written.size,
      secretsRemoved: this.secretsRemoved,
      sha256: this.hash.digest('hex'),
    };
    const text = JSON.stringify(manifest);
    const signature = sign(null, Buffer.from(text), signingKey.privateKey).toString('base64');
    yield `${JSON.stringify({ seal: { manifest: text, signature } })}\n`;
  }

  private *entry({ capture, explanation, config, linked }: BundleEntry): Generator<string> {
    const { redactor } = this.options;
    const scanned = rescanCapture(capture, redactor);
    this.secretsRemoved += scanned.found;
    const digest = config === null ? null : yield* this.config(config);
    const explained = explanation === null ? 'null' : this.clean(JSON.stringify(explanation));
    this.captures++;
    if (linked) this.linked++;
    yield this.line(
      `{"capture":${JSON.stringify(scanned.capture)},"explanation":${explained},"config":${JSON.stringify(digest)},"linked":${linked}}`,
    );
  }

  /** Captures made under one configuration share its line; the text is looked through once. */
  private *config(text: string): Generator<string, string> {
    const given = digestOf(text);
    const known = this.digests.get(given);
    if (known !== undefined) return known;
    const clean = this.clean(text);
    const digest = digestOf(clean);
    this.digests.set(given, digest);
    if (!this.written.has(digest)) {
      this.written.add(digest);
      yield this.line(`{"config":{"digest":${JSON.stringify(digest)},"document":${clean}}}`);
    }
    return digest;
  }

  private clean(text: string): string {
    const result = this.options.redactor.redactText(text, 'bundle');
    this.secretsRemoved += result.redactions.length;
    return result.text;
  }

  private line(value: object | string): string {
    const line = `${typeof value === 'string' ? value : JSON.stringify(value)}\n`;
    this.hash.update(line);
    return line;
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

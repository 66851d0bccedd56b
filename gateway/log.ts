import { mkdirSync } from 'node:fs';
import pino, { type Logger } from 'pino';
import { createStream } from 'rotating-file-stream';

export type { Logger } from 'pino';

const FILE_NAME = 'keyward.log';
const MAX_FILE_SIZE = '4M';
const KEPT_FILES = 5;

/**
 * The shapes of credentials, wherever they stand in a line. Nothing here should ever be handed a secret; this is the
 * net for the error of tomorrow whose message quotes a URL or a header. It errs towards removing too much.
 */
const SECRETS: readonly [RegExp, string][] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 [removed]'],
  [/([?&](?:key|api[_-]?key|access_token|token|sig|signature|code|ticket)=)[^&\s"'\\]+/gi, '$1[removed]'],
  [
    /("(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|api-key|x-goog-api-key|secret|password|passphrase|token)"\s*:\s*)"(?:[^"\\]|\\.)*"/gi,
    '$1"[removed]"',
  ],
  [
    /\b(kw_[A-Za-z0-9]{2,}|sk|pk|rk|gsk|xai|pplx|hf|r8|ghp|gho|glpat|nvapi|fw|csk|jina|tvly)[-_][\w-]{12,}/g,
    '$1-[removed]',
  ],
  [/\bAIza[\w-]{20,}|\bAKIA[A-Z0-9]{12,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, '[removed]'],
  [/(:\/\/)[^/\s:@"]+:[^/\s@"]+@/g, '$1[removed]@'],
];

/** A log line without anything that looks like a credential. */
export function withoutSecrets(line: string): string {
  return SECRETS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}

/**
 * Opens the log in a folder (made if absent): JSON lines in `keyward.log`, rotated at 4 MB, five kept, readable by the
 * owner only. Never throws for a disk that is full or gone: a log must not take the gateway with it.
 * `close` resolves when the last line is on disk.
 */
export function openLog(
  folder: string,
  level: 'debug' | 'info' | 'warn' | 'error' = 'info',
): { log: Logger; close(): Promise<void> } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stream = createStream(FILE_NAME, { path: folder, size: MAX_FILE_SIZE, maxFiles: KEPT_FILES, mode: 0o600 });
  stream.on('error', () => {}); // nowhere left to say it
  stream.on('warning', () => {});
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: withoutSecrets },
    },
    stream,
  );
  return { log, close: () => new Promise((resolve) => stream.end(() => resolve())) };
}

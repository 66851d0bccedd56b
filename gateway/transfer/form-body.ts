/**
 * A `multipart/form-data` body (RFC 7578) from what a curl command or a HAR file tells of it. A file that is named there and
 * not part of it is said to be missing in its place; such a body is never sent. Pure.
 */
import { createHash } from 'node:crypto';

export interface FormPart {
  readonly name: string;
  readonly fileName?: string;
  readonly type?: string;
  /** Undefined: a file that is not part of what was imported. */
  readonly content: Buffer | undefined;
}

export interface FormBody {
  readonly body: Buffer;
  readonly contentType: string;
  readonly complete: boolean;
}

const MISSING = /⟦file not included: [^⟧\n]{0,200}⟧/;

/** `boundary`: the one that its headers name, where they do. */
export function formBody(parts: readonly FormPart[], boundary = boundaryOf(parts)): FormBody {
  const pieces = parts.flatMap((part) => [
    Buffer.from(`--${boundary}\r\n${headOf(part)}\r\n\r\n`),
    part.content ?? Buffer.from(`⟦file not included: ${(part.fileName ?? part.name).slice(0, 150)}⟧`),
    Buffer.from('\r\n'),
  ]);
  return {
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
    complete: parts.every(({ content }) => content !== undefined),
  };
}

/** Whether a recorded body stands for one whose file was not part of what was imported. */
export function lacksFile(text: string | undefined): boolean {
  return text !== undefined && MISSING.test(text);
}

function headOf({ name, fileName, type }: FormPart): string {
  const file = fileName === undefined ? '' : `; filename="${quoted(fileName)}"`;
  const kind = type ?? (fileName === undefined ? undefined : 'application/octet-stream');
  return `Content-Disposition: form-data; name="${quoted(name)}"${file}${kind ? `\r\nContent-Type: ${kind.replace(/[\r\n]+/g, ' ')}` : ''}`;
}

/** As browsers write it (WHATWG, multipart/form-data encoding). */
function quoted(text: string): string {
  return text.replace(/\r?\n|\r/g, '%0D%0A').replaceAll('"', '%22');
}

/** The same form has the same boundary, so that importing it twice gives one capture. */
function boundaryOf(parts: readonly FormPart[]): string {
  const hash = createHash('sha256');
  for (const { name, fileName, type, content } of parts) {
    hash.update(JSON.stringify([name, fileName, type, content?.length])).update(content ?? '');
  }
  return `----keyward-${hash.digest('hex').slice(0, 24)}`;
}

/**
 * Reads `multipart/form-data` (RFC 7578): one plain field and its byte span, so that an upload's `model` can be read and
 * exchanged while every other byte stays as received; or the whole, where it is to be said in another dialect. Pure.
 */
import type { UploadForm } from '../dialects/canonical/transcription.ts';
import type { MemberSpan } from './json-member.ts';

export interface MultipartField extends MemberSpan {
  readonly value: string;
}

export function multipartBoundary(contentType: string): string | undefined {
  const match = /^multipart\/form-data\b.*?;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

interface MultipartPart {
  readonly name: string;
  /** Undefined where it is no file. */
  readonly filename: string | undefined;
  readonly mediaType: string | undefined;
  readonly start: number;
  readonly end: number;
}

/** The whole parts of a body, in their order; what follows a broken one is left out. */
function* multipartParts(body: Buffer, boundary: string): Iterable<MultipartPart> {
  const delimiter = Buffer.from(`--${boundary}`);
  let position = body.indexOf(delimiter);
  while (position !== -1) {
    const headStart = position + delimiter.length + 2;
    const headEnd = body.indexOf('\r\n\r\n', headStart);
    const next = body.indexOf(delimiter, headStart);
    if (headEnd === -1 || next === -1 || headEnd > next) return;
    const head = body.toString('latin1', headStart, headEnd);
    const disposition = /content-disposition:\s*form-data;([^\r\n]*)/i.exec(head)?.[1] ?? '';
    const name = /(?:^|;)\s*name="?([^";]*)"?/i.exec(disposition)?.[1];
    const isFile = /filename\*?=/i.test(disposition);
    const start = headEnd + 4;
    const end = next - 2;
    if (name !== undefined && end >= start) {
      const filename = isFile ? (/filename\*?="?([^";]*)"?/i.exec(disposition)?.[1] ?? '') : undefined;
      const mediaType = /^content-type:[ \t]*([^\r\n]*)/im.exec(head)?.[1];
      yield { name, filename, mediaType, start, end };
    }
    position = next;
  }
}

/** Every part called `name` that is no file; several are a caller's error that the caller of this function refuses. */
export function findMultipartFields(body: Buffer, boundary: string, name: string): MultipartField[] {
  const fields: MultipartField[] = [];
  for (const part of multipartParts(body, boundary)) {
    const { start, end } = part;
    if (part.name === name && part.filename === undefined)
      fields.push({ value: body.toString('utf8', start, end), start, end });
  }
  return fields;
}

/** All fields and files of an upload; the files' bytes are views of the body. */
export function readUpload(body: Buffer, contentType: string): UploadForm {
  const boundary = multipartBoundary(contentType);
  const parts = boundary === undefined ? [] : [...multipartParts(body, boundary)];
  return {
    fields: parts.flatMap(({ name, filename, start, end }) =>
      filename === undefined ? [{ name, value: body.toString('utf8', start, end) }] : [],
    ),
    files: parts.flatMap(({ name, filename, mediaType, start, end }) =>
      filename === undefined ? [] : [{ name, filename, mediaType, bytes: body.subarray(start, end) }],
    ),
  };
}

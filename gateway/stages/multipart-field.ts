/**
 * Reads one plain field of a `multipart/form-data` body and its byte span (RFC 7578), so that an upload's `model` can be
 * read and exchanged while every other byte stays as received. Pure.
 */
import type { MemberSpan } from './json-member.ts';

export interface MultipartField extends MemberSpan {
  readonly value: string;
}

export function multipartBoundary(contentType: string): string | undefined {
  const match = /^multipart\/form-data\b.*?;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** Every part called `name` that is no file; several are a caller's error that the caller of this function refuses. */
export function findMultipartFields(body: Buffer, boundary: string, name: string): MultipartField[] {
  const delimiter = Buffer.from(`--${boundary}`);
  const fields: MultipartField[] = [];
  let position = body.indexOf(delimiter);
  while (position !== -1) {
    const headStart = position + delimiter.length + 2;
    const headEnd = body.indexOf('\r\n\r\n', headStart);
    const next = body.indexOf(delimiter, headStart);
    if (headEnd === -1 || next === -1 || headEnd > next) break;
    const head = body.toString('latin1', headStart, headEnd);
    const disposition = /content-disposition:\s*form-data;([^\r\n]*)/i.exec(head)?.[1] ?? '';
    const partName = /(?:^|;)\s*name="?([^";]*)"?/i.exec(disposition)?.[1];
    if (partName === name && !/filename\*?=/i.test(disposition)) {
      const start = headEnd + 4;
      const end = next - 2;
      if (end >= start) fields.push({ value: body.toString('utf8', start, end), start, end });
    }
    position = next;
  }
  return fields;
}

import { expect, it } from 'vitest';
import { findMultipartFields, multipartBoundary } from '../../gateway/stages/multipart-field.ts';

const body = Buffer.from(
  [
    '--XX',
    'Content-Disposition: form-data; name="file"; filename="model"',
    'Content-Type: audio/wav',
    '',
    'Content-Disposition: form-data; name="model"\r\n\r\nnot-me',
    '--XX',
    'Content-Disposition: form-data; name="model"',
    '',
    'whisper-1',
    '--XX--',
    '',
  ].join('\r\n'),
);

it('reads the boundary, quoted or not', () => {
  expect(multipartBoundary('multipart/form-data; boundary=XX')).toBe('XX');
  expect(multipartBoundary('multipart/form-data; charset=utf-8; boundary="a b"')).toBe('a b');
  expect(multipartBoundary('application/json')).toBeUndefined();
});

it('reads the plain field called model and neither the file of that name nor its contents', () => {
  const fields = findMultipartFields(body, 'XX', 'model');
  expect(fields.map((field) => field.value)).toEqual(['whisper-1']);
  expect(body.toString('utf8', fields[0]?.start, fields[0]?.end)).toBe('whisper-1');
});

it('answers nothing for a body cut short', () => {
  expect(findMultipartFields(body.subarray(0, body.length - 12), 'XX', 'model')).toEqual([]);
});

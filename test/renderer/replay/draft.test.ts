import { describe, expect, it } from 'vitest';
import { draftOf, editsOf } from '../../../renderer/screens/replay/draft.ts';

const request = {
  method: 'POST',
  url: '/v1/chat/completions',
  httpVersion: '1.1',
  remoteAddress: '127.0.0.1',
  headers: [
    ['Content-Type', 'application/json'],
    ['Content-Length', '40'],
    ['authorization', 'Bearer ⟦redacted gateway-key 63 chars …x91k #1a2b3c4d⟧'],
    ['X-Team', 'red'],
  ] as [string, string][],
  body: { sizeBytes: 40, keptBytes: 40, text: '{"model":"a","n":1}', complete: true, redactions: [] },
  redactions: [],
};

describe('the edit form', () => {
  it('changes nothing while nothing is changed in it', () => {
    expect(editsOf(request, draftOf(request, []), [])).toEqual([]);
  });

  it('makes an edit of every part that was changed', () => {
    const draft = draftOf(request, []);
    const edits = editsOf(
      request,
      {
        ...draft,
        method: 'GET',
        url: '/v1/models',
        model: 'practice/ok',
        key: 'pk_1',
        headers: [
          ...draft.headers.filter(({ name }) => name !== 'X-Team'),
          { name: 'x-new', value: '1', credential: false },
        ],
        body: '{"model":"a","n":2}',
      },
      [],
    );
    expect(edits).toEqual([
      { path: 'method', value: 'GET' },
      { path: 'url', value: '/v1/models' },
      { path: 'model', value: 'practice/ok' },
      { path: 'key', value: 'pk_1' },
      { path: 'header.x-team', value: undefined },
      { path: 'header.x-new', value: '1' },
      { path: '/n', value: 2 },
    ]);
  });

  it('marks headers that held a secret, and leaves lengths to the gateway', () => {
    const { headers } = draftOf(request, []);
    expect(headers.map(({ name, credential }) => [name, credential])).toEqual([
      ['Content-Type', false],
      ['authorization', true],
      ['X-Team', false],
    ]);
  });

  it('keeps edits that no field of it shows', () => {
    const before = [
      { path: 'base-url', value: 'https://api.example.com/v1' },
      { path: 'model', value: 'b' },
    ];
    expect(editsOf(request, draftOf(request, before), before)).toEqual(before);
  });
});

import { describe, expect, it } from 'vitest';
import { TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { translated } from './support.ts';

const PDF = 'JVBERi0xLjQK';

/** One PDF with a name, as each dialect writes it (…/docs/guides/pdf-files, …/pdf-support, …/document-processing). */
const WRITTEN: Record<TranslatedDialect, Fields> = {
  'openai-chat': { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } },
  'openai-responses': { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
  'anthropic-messages': {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: PDF },
    title: 'a.pdf',
  },
  'gemini-generate': { inlineData: { mimeType: 'application/pdf', data: PDF } },
};

function ask(dialect: TranslatedDialect, part: Fields): Fields {
  if (dialect === 'gemini-generate') return { contents: [{ role: 'user', parts: [part] }] };
  const content = [{ role: 'user', content: [part] }];
  return dialect === 'openai-responses'
    ? { model: 'm', input: content }
    : { model: 'm', max_tokens: 100, messages: content };
}

function onlyPart(body: Fields): Fields {
  const turn = ((body.messages ?? body.input ?? body.contents) as Fields[])[0] as Fields;
  return ((turn.content ?? turn.parts) as Fields[])[0] as Fields;
}

const PAIRS = TRANSLATED_DIALECTS.flatMap((from) => TRANSLATED_DIALECTS.map((to) => [from, to] as const));

describe.each(PAIRS)('a document from %s to %s', (from, to) => {
  it('keeps its bytes, and its name where there is a place for it', () => {
    const { body, ledger } = translated(from, to, ask(from, WRITTEN[from]));
    const named = from !== 'gemini-generate';
    const expected: Fields =
      named || to === 'gemini-generate'
        ? WRITTEN[to]
        : {
            'openai-chat': {
              type: 'file',
              file: { filename: 'document.pdf', file_data: `data:application/pdf;base64,${PDF}` },
            },
            'openai-responses': {
              type: 'input_file',
              filename: 'document.pdf',
              file_data: `data:application/pdf;base64,${PDF}`,
            },
            'anthropic-messages': {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: PDF },
            },
          }[to as Exclude<TranslatedDialect, 'gemini-generate'>];
    expect(onlyPart(body)).toEqual(expected);
    const lost =
      named && to === 'gemini-generate' ? [expect.objectContaining({ action: 'dropped', before: 'a.pdf' })] : [];
    expect(ledger.filter((entry) => entry.action !== 'defaulted')).toEqual(lost);
  });
});

describe('other media', () => {
  it('audio goes from OpenAI to Gemini and back', () => {
    const audio = { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } };
    const there = translated('openai-chat', 'gemini-generate', ask('openai-chat', audio)).body;
    expect(onlyPart(there)).toEqual({ inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } });
    expect(onlyPart(translated('gemini-generate', 'openai-chat', there).body)).toEqual(audio);
  });

  it('a text document is text where there are no text documents, and bytes for Gemini', () => {
    const document = {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: 'Zürich' },
      title: 'City',
    };
    const body = ask('anthropic-messages', document);
    const chat = translated('anthropic-messages', 'openai-chat', body);
    expect((chat.body.messages as Fields[])[0]?.content).toBe('City\n\nZürich');
    expect(chat.ledger).toContainEqual(expect.objectContaining({ action: 'renamed', path: 'messages[0].content[0]' }));
    expect(onlyPart(translated('anthropic-messages', 'gemini-generate', body).body)).toEqual({
      inlineData: { mimeType: 'text/plain', data: Buffer.from('Zürich').toString('base64') },
    });
  });

  it('files in OpenAI’s storage are read by both of its dialects', () => {
    const body = ask('openai-chat', { type: 'file', file: { file_id: 'file-1' } });
    expect(onlyPart(translated('openai-chat', 'openai-responses', body).body)).toEqual({
      type: 'input_file',
      file_id: 'file-1',
    });
  });

  it('the wished resolution of an image is kept between OpenAI’s dialects and listed elsewhere', () => {
    const body = ask('openai-chat', { type: 'image_url', image_url: { url: 'https://x.org/a.png', detail: 'low' } });
    expect(onlyPart(translated('openai-chat', 'openai-responses', body).body)).toEqual({
      type: 'input_image',
      image_url: 'https://x.org/a.png',
      detail: 'low',
    });
    for (const to of ['anthropic-messages', 'gemini-generate'] as const) {
      expect(translated('openai-chat', to, body).ledger).toContainEqual(
        expect.objectContaining({ action: 'dropped', before: 'low' }),
      );
    }
  });
});

import { describe, expect, it } from 'vitest';
import { echoedKey, inspectKey, maskSecrets } from '../../gateway/diagnosis/key-shape.ts';

const header = { where: 'request header authorization', withScheme: true };
const flaws = (value: string, services: string[] = ['openai']): string[] =>
  inspectKey(value, header, services).map((finding) => finding.flaw);

describe('the shape of a credential', () => {
  it.each([
    ['Bearer "sk-proj-FAKEFAKE"', 'quoted'],
    ['Bearer sk-FAKEFAKE\n', 'line-break'],
    ['Bearer sk-FAKE FAKE', 'stray-space'],
    ['Bearer Bearer sk-FAKEFAKE', 'doubled-scheme'],
    ['sk-FAKEFAKEFAKE', 'no-scheme'],
    ['Bearer ', 'empty'],
    ['Bearer undefined', 'programming-literal'],
    ['Bearer YOUR_API_KEY', 'placeholder'],
    ['Bearer <your key>', 'placeholder'],
    ['Bearer ${OPENAI_API_KEY}', 'unexpanded-variable'],
    ['Bearer http://localhost:11434/v1', 'url'],
    ['Bearer sk-\u200Bproj-abcdefghijklmnop', 'invisible-character'],
    ['Bearer sk-ant-api03-abcdefghijklmnop', 'other-provider'],
    ['Bearer org-abcdefghijklmnopqrst', 'wrong-kind'],
  ])('of %j is told: %s', (value, flaw) => {
    expect(flaws(value)).toContain(flaw);
  });

  it.each([
    'Bearer sk-proj-FAKEFAKE',
    'Bearer sk-...',
    'Bearer ***',
    'Bearer ⟦provider-key:51:ab12⟧',
    'Bearer <redacted>',
  ])('says nothing about %j, which shows no flaw or hides the key', (value) => {
    expect(flaws(value)).toEqual([]);
  });

  it('accepts a Google key at Google and not at OpenAI', () => {
    expect(flaws('Bearer AIzaSyFAKEFAKE', ['google-gemini', 'gemini'])).toEqual([]);
    expect(flaws('Bearer AIzaSyFAKEFAKE', ['openai'])).toEqual(['other-provider']);
  });

  it('reads the key that a provider repeats, with its quotes and without the full stop', () => {
    expect(echoedKey('Incorrect API key provided: "sk-pr****4Fm". You can find')).toBe('"sk-pr****4Fm"');
    expect(echoedKey('Incorrect API key provided: Method. You can find')).toBe('Method');
    expect(echoedKey('The model does not exist')).toBeUndefined();
  });

  it('masks whole secrets in quoted texts', () => {
    const secret = `sk-proj-${'a1'.repeat(30)}`;
    expect(maskSecrets(`key ${secret} is bad`)).not.toContain(secret);
  });
});

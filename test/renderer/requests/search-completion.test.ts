import { describe, expect, it } from 'vitest';
import { completeSearch } from '../../../renderer/screens/requests/search-completion.ts';

const VOCABULARY = { apps: ['Cursor', 'Open WebUI'], providers: ['openai', 'anthropic'], models: ['gpt-5'] };
const inserts = (text: string, caret = text.length) =>
  completeSearch(text, caret, VOCABULARY).map((each) => each.insert);

describe('completion in the search box', () => {
  it('offers every field and flag where nothing is written yet', () => {
    expect(inserts('')).toEqual(expect.arrayContaining(['failed', 'status:', 'cause:', 'since:']));
  });

  it('offers the fields that begin like the word under the caret', () => {
    expect(inserts('failed ca')).toContain('cause:');
    expect(inserts('failed ca')).not.toContain('status:');
  });

  it('finds a cause by what a person has in mind', () => {
    expect(inserts('expired')).toContain('cause:key_expired');
  });

  it('offers the values of a field and quotes those with spaces', () => {
    expect(inserts('app:')).toEqual(['app:Cursor', 'app:"Open WebUI"']);
    expect(inserts('provider:anth')).toEqual(['provider:anthropic']);
  });

  it('replaces the word under the caret, not its neighbours', () => {
    const [suggestion] = completeSearch('failed prov:x', 9, VOCABULARY);
    expect(suggestion).toBeUndefined();
    const [cause] = completeSearch('cause:key_e failed', 11, VOCABULARY);
    expect(cause).toMatchObject({ insert: 'cause:key_expired', start: 0, end: 11 });
  });

  it('keeps quiet inside quoted text and when the value is complete', () => {
    expect(inserts('"app')).toEqual([]);
    expect(inserts('provider:openai')).toEqual([]);
  });
});

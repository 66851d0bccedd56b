/** The sentences of a paste's faults: for a person who has never seen an API. `{x}` places are filled by the analysis. */
export const FAULT_WORDS = {
  spaces: 'There were spaces around the key; they were taken away.',
  quotes: 'The key stood in quotation marks; they were taken away.',
  'line-break': 'A line break had split the key; its parts were joined again.',
  'inner-space': 'There were spaces inside the key; they were taken away.',
  wrapped: 'The text around the key ({x}) was taken away.',
  invisible: 'Invisible characters had been copied along; they were taken away.',
  'look-alike':
    'Some letters only looked right (from another alphabet, or a long dash); they were replaced by the real ones.',
  doubled: 'The key had been pasted twice in a row; it is kept once.',
  punctuation: 'A character at the end that does not belong to the key was taken away.',
  'strange-character': 'There is a character in it that no key has. Copy the key again from the provider’s page.',
  'several-keys': 'There are several keys in this text. Paste one at a time.',
  'two-keys': 'Two keys seem to have been pasted one right after the other. Paste only one of them.',
  variable: 'This is the name of a setting ({x}), not the key itself. Paste the value that stands behind it.',
  example: 'This is an example, not a real key. Replace it with the key from the provider’s page.',
  masked:
    'Part of this key is hidden (by dots or stars). Copy the whole key; if the page shows it no more, make a new one.',
  literal: 'This is not a key but a word that programs write when a key is missing.',
  'gateway-key': 'This is a Keyward gateway key: apps use it to reach Keyward. Here, the provider’s own key is wanted.',
  'wrong-kind': '{x}',
  'web-address':
    'This is a web address, not a key. Keys are copied from the provider’s page, not from its address bar.',
  'email-address': 'This is an e-mail address, not a key. Providers want a key that is made on their page.',
  'not-a-key': 'This reads like ordinary text, not like a key.',
  'password-like': 'This looks more like a password than like a key. Providers want a key that is made on their page.',
  'too-short': 'This is too short to be a whole key. Copy it again from beginning to end.',
  'cut-short': 'It begins like a key of {x}, but its length is not right; a part may be missing. Copy it again, whole.',
  'other-provider': '{x}',
  'old-form': '{x}',
  'too-long': 'This text is far too long to be a key.',
  empty: 'Nothing was pasted yet.',
  parts: '{x}',
} as const;

export type FaultKind = keyof typeof FAULT_WORDS;

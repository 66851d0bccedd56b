/** What is wrong with a suite that was named or given, as a sentence and a next action. */
export class SuiteError extends Error {
  override readonly name = 'SuiteError';
  readonly code: 'invalid' | 'not-found';
  readonly next: string;

  constructor(code: 'invalid' | 'not-found', sentence: string, next: string) {
    super(sentence);
    this.code = code;
    this.next = next;
  }
}

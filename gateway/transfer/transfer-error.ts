/** What is wrong with a file that was given, as a sentence and a next action; never a value from it. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
  readonly code: 'invalid' | 'not-found';
  readonly next: string;

  constructor(sentence: string, next: string, code: 'invalid' | 'not-found' = 'invalid') {
    super(sentence);
    this.code = code;
    this.next = next;
  }
}

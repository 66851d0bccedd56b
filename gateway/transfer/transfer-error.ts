/** What is wrong with a file that was given, as a sentence and a next action; never a value from it. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
  /** The store's word for wrong input: control and CLI know it. */
  readonly code = 'invalid';
  readonly next: string;

  constructor(sentence: string, next: string) {
    super(sentence);
    this.next = next;
  }
}

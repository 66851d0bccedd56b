/** A replay that was asked for wrongly; worded for the person who asked. What cannot be replayed is no problem but a refusal. */
export class ReplayProblem extends Error {
  override readonly name = 'ReplayProblem';
  readonly code: 'invalid' | 'not-found';
  readonly next: string | null;

  constructor(code: 'invalid' | 'not-found', sentence: string, next: string | null) {
    super(sentence);
    this.code = code;
    this.next = next;
  }
}

/** Why a replay stopped where it stopped. */
export interface ReplayRefusal {
  readonly sentence: string;
  readonly next: string;
}

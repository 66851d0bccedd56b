/** Who wants to hear of changes. A listener's fault is reported and goes no further: the change itself stands. */
export class Listeners<T> {
  readonly #all = new Set<(news: T) => void>();

  add(fn: (news: T) => void): () => void {
    const own = (news: T) => fn(news); // the same function twice is two listeners, each ended by its own
    this.#all.add(own);
    return () => {
      this.#all.delete(own);
    };
  }

  tell(news: T): void {
    for (const fn of [...this.#all]) {
      try {
        fn(news);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error), 'KeywardListenerError');
      }
    }
  }
}

import { useState } from 'react';
import type { Problem } from '../api.ts';
import { toProblem } from './say.tsx';

/**
 * Runs one thing at a time and keeps its problem, never its input: unlike a query library's mutation cache, nothing
 * that was passed in (a pasted key) outlives the call.
 */
export function useAction() {
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async <R>(work: () => Promise<R>): Promise<R | undefined> => {
    setPending(true);
    setProblem(null);
    try {
      return await work();
    } catch (error) {
      setProblem(toProblem(error));
      return undefined;
    } finally {
      setPending(false);
    }
  };
  return { pending, problem, run, clear: () => setProblem(null) };
}

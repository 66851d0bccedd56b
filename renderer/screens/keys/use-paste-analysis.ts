import { useEffect, useState } from 'react';
import type { PasteAnalysis } from '../../../gateway/control/contract/index.ts';
import { api, type Problem } from '../../api.ts';
import { toProblem } from '../../parts/say.tsx';

const SETTLE_MS = 150;

/**
 * What a paste turned out to be, as one types. Asked of the gateway directly, past every cache: the text is a secret
 * and nothing may remember it.
 */
export function usePasteAnalysis(text: string, provider: string | undefined) {
  const [analysis, setAnalysis] = useState<PasteAnalysis | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [reading, setReading] = useState(false);
  useEffect(() => {
    setProblem(null);
    if (text.trim() === '') {
      setAnalysis(null);
      setReading(false);
      return;
    }
    setReading(true);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api.keys.analyse({ text, provider }, { signal: stop.signal }).then(
        (found) => {
          setAnalysis(found);
          setReading(false);
        },
        (error) => {
          if (stop.signal.aborted) return;
          setAnalysis(null);
          setProblem(toProblem(error));
          setReading(false);
        },
      );
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, provider]);
  return { analysis, problem, reading };
}

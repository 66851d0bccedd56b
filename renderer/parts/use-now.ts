import { useEffect, useState } from 'react';

const TICK_MS = 10_000;

/** Wall-clock milliseconds, renewed every ten seconds while the component is shown. */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

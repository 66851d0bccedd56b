import { type RefCallback, useEffect, useState } from 'react';

/** For what a button has opened below it: scrolled into sight once it is `ready`, and not at all where it is in sight. */
export function useShown(ready: boolean): RefCallback<HTMLElement> {
  const [element, setElement] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (ready) element?.scrollIntoView({ block: 'nearest' });
  }, [element, ready]);
  return setElement;
}

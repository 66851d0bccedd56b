import { useCallback, useState } from 'react';

/** The requests picked to be exported together, in the order they were picked. */
export function useSelection() {
  const [ids, setIds] = useState<string[]>([]);
  const toggle = useCallback(
    (id: string) => setIds((before) => (before.includes(id) ? before.filter((each) => each !== id) : [...before, id])),
    [],
  );
  const clear = useCallback(() => setIds([]), []);
  return { ids, has: (id: string) => ids.includes(id), toggle, clear };
}

import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Settings } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { say } from '../../parts/say.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';

/** Changes to a part of the settings, saved together. Only what was changed is sent. */
export function useSettingsForm(settings: Settings) {
  const [changes, setChanges] = useState<Partial<Settings>>({});
  const client = useQueryClient();
  const action = useAction();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const saved = await action.run(() => api.settings.set(changes));
    if (!saved) return;
    client.setQueryData(queries.settings.get.queryKey(), saved);
    setChanges({});
    say(words.settings.saved);
  };
  return {
    value: { ...settings, ...changes },
    set: (change: Partial<Settings>) => setChanges({ ...changes, ...change }),
    changed: Object.keys(changes).length > 0,
    save,
    pending: action.pending,
    problem: action.problem,
  };
}

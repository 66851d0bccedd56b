import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { KeyCheck, KeyRow } from '../../../gateway/control/contract/index.ts';
import { api } from '../../api.ts';
import { ExternalButton } from '../../parts/external.tsx';
import { healthTone } from '../../parts/health.ts';
import { Light } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './keys.module.css';

export interface Saved {
  readonly key: KeyRow;
  readonly check: KeyCheck | null;
}

/** The answer: a check mark, or one plain sentence and a button that mends it. */
export function SavedKey(props: { saved: Saved; providerName: string; onAnother: () => void; onDone: () => void }) {
  const w = words.keys;
  const [check, setCheck] = useState(props.saved.check);
  const action = useAction();
  const health = check?.health ?? props.saved.key.healthDetail;
  const works = health.state === 'valid';
  const again = async () => {
    const checked = await action.run(() => api.keys.test({ id: props.saved.key.id }));
    if (checked) setCheck(checked);
  };
  return (
    <div className={classes.saved} role="status">
      <div className={classes.verdict}>
        <Light tone={healthTone({ health: health.state, disabled: false })} size={28} />
        <div>
          <p className={classes.savedSentence}>{check ? health.sentence : w.savedUnchecked}</p>
          <p className="kw-dim">{w.storedAs(props.providerName, props.saved.key.lastFour)}</p>
        </div>
      </div>
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group gap="xs" justify="flex-end">
        {!works && props.saved.key.replaceUrl && (
          <ExternalButton url={props.saved.key.replaceUrl}>{w.keysPage(props.providerName)}</ExternalButton>
        )}
        {!works && (
          <Button variant="default" loading={action.pending} onClick={again}>
            {w.again}
          </Button>
        )}
        {!works && (
          <Button variant="default" onClick={props.onAnother}>
            {w.pasteAnother}
          </Button>
        )}
        <Button onClick={props.onDone}>{words.common.done}</Button>
      </Group>
    </div>
  );
}

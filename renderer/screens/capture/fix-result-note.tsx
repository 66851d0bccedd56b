import { Button, Group } from '@mantine/core';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FixResult } from '../../../gateway/control/contract/experiments.ts';
import { api, queries } from '../../api.ts';
import { Light, type Tone } from '../../parts/light.tsx';
import { LinkButton } from '../../parts/link-button.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Said } from '../../parts/said.tsx';
import { useAction } from '../../parts/use-action.ts';
import { useShown } from '../../parts/use-shown.ts';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';

/** What a fix came to: green with the answer's status, red with why it still fails; and the way back. */
export function FixResultNote({ result, onClose }: { result: FixResult; onClose: () => void }) {
  const w = words.fixes;
  const action = useAction();
  const shown = useShown(true);
  const [undone, setUndone] = useState<string | null>(null);
  const run = useQuery(
    queries.captures.get.queryOptions({ input: result.capture ? { id: result.capture } : skipToken }),
  );
  const { undo } = result;
  const tone: Tone = result.fixed ? 'ok' : result.fixed === false ? 'bad' : 'wait';
  const status = run.data?.status;
  const takeBack = async (token: string) => {
    const done = await action.run(() => api.fixes.undo({ undo: token }));
    if (done) setUndone(done.sentence || w.undone);
  };
  return (
    <div ref={shown} className={classes.fixResult} data-tone={tone} role="status">
      <p className={classes.fixVerdict}>
        <Light tone={tone} size={18} />
        <b>
          {result.fixed
            ? status
              ? w.fixedStatus(status)
              : w.fixed
            : result.fixed === false
              ? w.stillFails
              : result.applied
                ? w.unknown
                : w.notApplied}
        </b>
      </p>
      <p>
        <Said text={result.sentence} />
      </p>
      {result.next && (
        <p>
          <Said text={result.next} />
        </p>
      )}
      {undone && <p className={classes.undone}>{undone}</p>}
      {action.problem && <ProblemNote problem={action.problem} />}
      <Group gap="xs">
        {result.capture && (
          <LinkButton to="/requests/$id" params={{ id: result.capture }} search={{}} variant="default">
            {w.openReplay}
          </LinkButton>
        )}
        {undo && undone === null && (
          <Button variant="default" loading={action.pending} onClick={() => void takeBack(undo)}>
            {w.undo}
          </Button>
        )}
        <Button variant="subtle" color="gray" onClick={onClose}>
          {w.startOver}
        </Button>
      </Group>
    </div>
  );
}

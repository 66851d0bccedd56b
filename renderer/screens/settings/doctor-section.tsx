import { Button } from '@mantine/core';
import { useState } from 'react';
import type { DoctorCheck } from '../../../gateway/control/contract/index.ts';
import { api } from '../../api.ts';
import { Light, type Tone } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Said } from '../../parts/said.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './settings.module.css';

const TONES: Record<DoctorCheck['result'], Tone> = { ok: 'ok', warning: 'wait', failed: 'bad', skipped: 'off' };

export function DoctorSection() {
  const w = words.settings.doctor;
  const [checks, setChecks] = useState<readonly DoctorCheck[] | null>(null);
  const action = useAction();
  const run = async () => {
    const done = await action.run(() => api.status.doctor());
    if (done) setChecks(done);
  };
  return (
    <div className={classes.form}>
      <p>{w.lead}</p>
      <div>
        <Button onClick={run} loading={action.pending}>
          {w.run}
        </Button>
      </div>
      {action.problem && <ProblemNote problem={action.problem} />}
      <ul className={classes.checks} role="status">
        {checks?.map((check) => (
          <li key={check.check}>
            <Light tone={TONES[check.result]} size={18} label={w.result[check.result]} />
            <div>
              <p>
                <Said text={check.sentence} />
              </p>
              {check.next && (
                <p className="kw-dim">
                  <Said text={check.next} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

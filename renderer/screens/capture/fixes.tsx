import { Button } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Capture, Fix } from '../../../gateway/control/contract/index.ts';
import { api } from '../../api.ts';
import { openExternal } from '../../parts/external.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import { useExport } from '../transfer/use-export.ts';
import classes from './capture.module.css';
import { type FixEffect, fixEffect } from './fix-effect.ts';
import { FixPanel } from './fix-panel.tsx';

/** Fixes as buttons; the first is the one to press. What no button can do is said as advice. */
export function Fixes({ fixes, capture }: { fixes: readonly Fix[]; capture: Capture }) {
  const w = words.capture.explanation;
  const navigate = useNavigate();
  const action = useAction();
  const exporting = useExport();
  const [tested, setTested] = useState<string | null>(null);
  const [chosen, setChosen] = useState<Fix | null>(null);
  const withEffects = fixes.map((fix) => ({ fix, effect: fixEffect(fix) }));
  const buttons = withEffects.filter((each) => each.effect !== undefined);
  const advice = withEffects.filter((each) => each.effect === undefined);

  const press = async (fix: Fix, effect: FixEffect) => {
    setTested(null);
    setChosen(effect.kind === 'carry-out' ? fix : null);
    switch (effect.kind) {
      case 'open-url':
        return openExternal(effect.url);
      case 'visit':
        return navigate(effect.place);
      case 'edit-request':
        return navigate({ to: '/requests/$id/replay', params: { id: capture.id }, search: { show: 'edit' } });
      case 'support-text':
        return exporting.copy([capture.id], 'support');
      case 'test-key': {
        const check = await action.run(() => api.keys.test({ id: effect.id }));
        return check && setTested(w.tested(check.health.sentence));
      }
    }
  };

  const practiceOnly = capture.practice && buttons.length === 0;
  if (fixes.length === 0 && !practiceOnly) return null;
  const effect = chosen ? fixEffect(chosen) : undefined;
  return (
    <section className={classes.block} aria-labelledby="fixes">
      <h3 id="fixes">{w.fixes}</h3>
      {practiceOnly && (
        <div className={classes.practiceNote}>
          <p>{w.practiceNote}</p>
          <Button variant="default" onClick={() => void navigate({ to: '/' })}>
            {w.practiceBack}
          </Button>
        </div>
      )}
      <div className={classes.fixes}>
        {buttons.map(({ fix, effect: does }, index) => (
          <Button
            key={fix.id}
            variant={index === 0 && !chosen ? 'filled' : 'default'}
            disabled={action.pending}
            aria-expanded={does?.kind === 'carry-out' ? chosen?.id === fix.id : undefined}
            onClick={() => does && void press(fix, does)}
            rightSection={does?.kind === 'open-url' ? <IconExternalLink size={14} aria-hidden /> : undefined}
          >
            {fix.title}
          </Button>
        ))}
      </div>
      {chosen && effect?.kind === 'carry-out' && (
        <FixPanel
          key={chosen.id}
          capture={capture}
          fix={chosen}
          byHand={effect.byHand}
          onClose={() => setChosen(null)}
        />
      )}
      {advice.length > 0 && (
        <ul className={classes.advice}>
          {advice.map(({ fix }) => (
            <li key={fix.id}>{fix.title}</li>
          ))}
        </ul>
      )}
      {action.problem && <ProblemNote problem={action.problem} />}
      <p role="status">{tested}</p>
    </section>
  );
}

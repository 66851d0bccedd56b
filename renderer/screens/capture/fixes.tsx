import { Button } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Fix } from '../../../gateway/control/contract/index.ts';
import { api } from '../../api.ts';
import { openExternal } from '../../parts/external.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { useAction } from '../../parts/use-action.ts';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';
import { type FixEffect, fixEffect } from './fix-effect.ts';

/** Fixes as buttons; the first is the one to press. What no button can do yet is said as advice. */
export function Fixes({ fixes, practice }: { fixes: readonly Fix[]; practice: boolean }) {
  const w = words.capture.explanation;
  const navigate = useNavigate();
  const action = useAction();
  const [done, setDone] = useState<string | null>(null);
  const withEffects = fixes.map((fix) => ({ fix, effect: fixEffect(fix) }));
  const buttons = withEffects.filter((each) => each.effect !== undefined);
  const advice = withEffects.filter((each) => each.effect === undefined);

  const apply = async (effect: FixEffect) => {
    setDone(null);
    switch (effect.kind) {
      case 'open-url':
        return openExternal(effect.url);
      case 'visit':
        return navigate(effect.place);
      case 'test-key': {
        const check = await action.run(() => api.keys.test({ id: effect.id }));
        return check && setDone(w.tested(check.health.sentence));
      }
      case 'enable-key':
        return applied(() => api.keys.enable({ id: effect.id }), w.enabled);
      case 'enable-provider':
        return applied(() => api.providers.update({ id: effect.id, enabled: true }), w.providerEnabled);
      case 'restore-gateway-key':
        return applied(() => api.gatewayKeys.restore({ id: effect.id }), w.restored);
      case 'apply-gateway-key':
        return applied(() => api.gatewayKeys.edit(effect.input), w.changed);
    }
  };
  const applied = async (work: () => Promise<unknown>, said: string) => {
    const result = await action.run(work);
    if (result !== undefined) setDone(`${said} ${w.applied}`);
  };

  const practiceOnly = practice && buttons.length === 0;
  if (fixes.length === 0 && !practiceOnly) return null;
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
        {buttons.map(({ fix, effect }, index) => (
          <Button
            key={fix.id}
            variant={index === 0 ? 'filled' : 'default'}
            disabled={action.pending}
            onClick={() => effect && void apply(effect)}
            rightSection={effect?.kind === 'open-url' ? <IconExternalLink size={14} aria-hidden /> : undefined}
          >
            {fix.title}
          </Button>
        ))}
      </div>
      {advice.length > 0 && (
        <ul className={classes.advice}>
          {advice.map(({ fix }) => (
            <li key={fix.id}>{fix.title}</li>
          ))}
        </ul>
      )}
      {action.problem && <ProblemNote problem={action.problem} />}
      <p role="status">{done}</p>
    </section>
  );
}

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
export function Fixes({ fixes }: { fixes: readonly Fix[] }) {
  const w = words.capture.explanation;
  const navigate = useNavigate();
  const action = useAction();
  const [done, setDone] = useState<string | null>(null);
  const withEffects = fixes.map((fix) => ({ fix, effect: fixEffect(fix) }));
  const buttons = withEffects.filter((each) => each.effect !== undefined);
  const advice = withEffects.filter((each) => each.effect === undefined);
  if (fixes.length === 0) return null;

  const apply = async (effect: FixEffect) => {
    setDone(null);
    switch (effect.kind) {
      case 'open-url':
        return openExternal(effect.url);
      case 'test-key': {
        const check = await action.run(() => api.keys.test({ id: effect.id }));
        return check && setDone(w.tested(check.health.sentence));
      }
      case 'enable-key':
        return (await action.run(() => api.keys.enable({ id: effect.id }))) && setDone(w.enabled);
      case 'restore-gateway-key':
        return (await action.run(() => api.gatewayKeys.restore({ id: effect.id }))) && setDone(w.restored);
      case 'replace-key':
        return navigate({ to: '/keys', search: { replace: effect.id } });
      case 'edit-key':
        return navigate({ to: '/keys', search: { edit: effect.id } });
      case 'add-key':
        return navigate({ to: '/keys', search: { add: effect.provider } });
      case 'edit-gateway-key':
        return navigate({ to: '/apps', search: { edit: effect.id } });
      case 'issue-gateway-key':
        return navigate({ to: '/apps', search: { issue: effect.app ?? 'new' } });
      case 'edit-provider':
        return navigate({ to: '/providers', search: { edit: effect.id } });
      case 'open-settings':
        return navigate({ to: '/settings', search: { section: effect.section } });
      case 'connect-app':
        return navigate({ to: '/apps', search: { connect: 'any' } });
    }
  };

  return (
    <section className={classes.block} aria-labelledby="fixes">
      <h3 id="fixes">{w.fixes}</h3>
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
      <p role="status">{done && `${done} ${w.applied}`}</p>
    </section>
  );
}

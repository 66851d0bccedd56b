import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleXFilled,
  IconFlask,
} from '@tabler/icons-react';
import classes from './parts.module.css';

export type Tone = 'ok' | 'wait' | 'bad' | 'practice' | 'off';

const ICONS = {
  ok: IconCircleCheckFilled,
  wait: IconAlertTriangleFilled,
  bad: IconCircleXFilled,
  practice: IconFlask,
  off: IconCircleDashed,
};

/** A state as shape and colour, so that it is told without colour too. The words stand beside it. */
export function Light({ tone, size = 16, label }: { tone: Tone; size?: number; label?: string }) {
  const Icon = ICONS[tone];
  return (
    <Icon
      className={classes.light}
      data-tone={tone}
      size={size}
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    />
  );
}

/** A short state in a soft box of its colour. */
export function Tag({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  );
}

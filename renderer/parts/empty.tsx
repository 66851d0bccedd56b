import type { ReactNode } from 'react';
import classes from './parts.module.css';

/** An empty screen teaches: what would be here, and the button that fills it. */
export function Empty(props: { icon: ReactNode; title: string; text: string; children?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <div className={classes.emptyIcon} aria-hidden>
        {props.icon}
      </div>
      <h2>{props.title}</h2>
      <p className="kw-dim">{props.text}</p>
      {props.children && <div className={classes.emptyActions}>{props.children}</div>}
    </div>
  );
}

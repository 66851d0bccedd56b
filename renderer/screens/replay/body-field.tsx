import { Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { RecordedBody } from '../../../gateway/control/contract/index.ts';
import { words } from '../../words/words.ts';
import { bodyNotes } from '../capture/as-text.ts';
import captureClasses from '../capture/capture.module.css';
import classes from './replay.module.css';

const BodyEditor = lazy(() => import('./body-editor.tsx'));

/** The body as text, with a check that JSON is still JSON. What was not kept cannot be edited, and says so. */
export function BodyField(props: {
  body: RecordedBody;
  text: string;
  fault: string | undefined;
  isJson: boolean;
  onChange: (text: string) => void;
}) {
  const w = words.replay.form;
  const { body } = props;
  const notKept = body.text === undefined && body.sizeBytes > 0;
  return (
    <section className={classes.bodyField} aria-label={w.body}>
      <h2>{w.body}</h2>
      {bodyNotes(body).map((note) => (
        <p key={note} className={captureClasses.note}>
          {note}
        </p>
      ))}
      {notKept ? (
        <p className="kw-dim">{body.base64 === undefined ? w.bodyNotKept : w.bodyNotText}</p>
      ) : (
        <Suspense fallback={<Loader size="sm" aria-label={words.common.loading} />}>
          <BodyEditor text={props.text} label={w.body} onChange={props.onChange} />
        </Suspense>
      )}
      {!notKept && props.isJson && props.text !== '' && (
        <p className={classes.check} data-fault={props.fault ? true : undefined} role="status">
          {props.fault ? w.bodyBad(props.fault) : w.bodyGood}
        </p>
      )}
    </section>
  );
}

import { Loader, SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { RecordedBody } from '../../../gateway/control/contract/index.ts';
import { bytes } from '../../format.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { words } from '../../words/words.ts';
import { bodyNotes } from './as-text.ts';
import classes from './capture.module.css';
import { EventsView } from './events-view.tsx';
import { looksLikeEvents } from './sse-events.ts';

/** The editor is a third of the screens' weight and only needed here. */
const CodeView = lazy(() => import('./code-view.tsx'));
/** Beyond this, laying JSON out anew costs more than it shows. */
const PRETTY_CHARACTERS = 4_000_000;

type View = 'pretty' | 'raw' | 'events';

/** A recorded body: laid out, raw, or as the events of a stream; what is missing is said. */
export function BodyView(props: { body: RecordedBody; contentType?: string; at?: string; label: string }) {
  const { body } = props;
  const w = words.capture.message;
  const text = body.text ?? body.base64;
  const pretty = useMemo(() => prettyJson(body.text), [body.text]);
  const events = looksLikeEvents(props.contentType, body.text);
  const views: View[] = [...(events ? (['events'] as const) : []), ...(pretty ? (['pretty'] as const) : []), 'raw'];
  const [chosen, setChosen] = useState<View | undefined>();
  // Byte ranges only mean something in the text as it came.
  const wanted = props.at?.startsWith('bytes:') ? 'raw' : chosen;
  const view = wanted && views.includes(wanted) ? wanted : (views[0] ?? 'raw');
  const notes = bodyNotes(body);

  return (
    <section className={classes.body} aria-label={props.label}>
      <div className={classes.bodyBar}>
        <h3>{w.body}</h3>
        <span className="kw-dim">
          {bytes(body.sizeBytes)}
          {props.contentType && ` · ${props.contentType}`}
        </span>
        <span className="kw-grow" />
        {text !== undefined && views.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={w.view}
            value={view}
            onChange={(next) => setChosen(next as View)}
            data={views.map((each) => ({ value: each, label: w[each] }))}
          />
        )}
        {text !== undefined && text !== '' && <CopyButton text={text} label={w.copyBody} />}
      </div>
      {notes.map((note) => (
        <p key={note} className={classes.note}>
          {note}
        </p>
      ))}
      {body.redactions.length > 0 && <p className={classes.note}>{w.redactions(body.redactions.length)}</p>}
      {text === undefined || text === '' ? (
        notes.length === 0 && <p className="kw-dim">{w.empty}</p>
      ) : view === 'events' ? (
        <EventsView body={body} />
      ) : (
        <Suspense fallback={<Loader size="sm" m="sm" aria-label={words.common.loading} />}>
          <CodeView
            text={view === 'pretty' && pretty ? pretty : text}
            json={pretty !== undefined}
            label={props.label}
            at={props.at}
          />
        </Suspense>
      )}
    </section>
  );
}

function prettyJson(text: string | undefined): string | undefined {
  if (!text || text.length > PRETTY_CHARACTERS || !/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

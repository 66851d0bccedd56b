import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import type { RecordedBody } from '../../../gateway/control/contract/index.ts';
import { offset } from '../../format.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { words } from '../../words/words.ts';
import { eventsText } from './as-text.ts';
import classes from './capture.module.css';
import { WithRedactions } from './redaction-chips.tsx';
import { sseEvents } from './sse-events.ts';

/** The events of a stream, one a row, with when each arrived where that is known. */
export function EventsView({ body }: { body: RecordedBody }) {
  const w = words.capture.message;
  const events = useMemo(() => sseEvents(body), [body]);
  /** Most streams name no event types; the column would repeat “message”. */
  const typed = events.some((event) => event.type !== 'message');
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 28,
    overscan: 20,
  });
  return (
    <>
      <div className={classes.bodyBar}>
        <span className="kw-dim">{w.eventCount(events.length)}</span>
        <CopyButton text={() => eventsText(body)} label={words.common.copyText} />
      </div>
      <section
        ref={scroller}
        className={classes.events}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={w.events}
        data-typed={typed || undefined}
      >
        <ol style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const event = events[item.index];
            if (!event) return null;
            return (
              <li
                key={item.key}
                data-index={item.index}
                ref={virtual.measureElement}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <span className={classes.eventNumber}>{item.index + 1}</span>
                <span className={classes.eventTime}>{event.atMs === undefined ? '' : offset(event.atMs)}</span>
                {typed && <b className="kw-clip">{event.type}</b>}
                <span className={classes.eventData}>
                  <WithRedactions text={event.data} />
                  {event.cut && <em> {w.incomplete}</em>}
                </span>
              </li>
            );
          })}
        </ol>
      </section>
    </>
  );
}

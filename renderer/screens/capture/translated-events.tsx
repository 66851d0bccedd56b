import { ActionIcon, Group } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../../api.ts';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';
import { WithRedactions } from './redaction-chips.tsx';

const PAGE = 100;

/** The debugger of a translated stream: one event of the provider's at a time, and what it became for the app. */
export function TranslatedEvents({ capture, heading: Heading }: { capture: string; heading: 'h3' | 'h4' }) {
  const w = words.capture.steps.translatedEvents;
  const [chosen, setChosen] = useState(0);
  const at = Math.floor(chosen / PAGE) * PAGE;
  const { data } = useQuery(queries.replay.events.queryOptions({ input: { id: capture, at, limit: PAGE } }));
  if (!data || data.total === 0) return null;
  const event = data.events[chosen - at];
  const move = (by: number) => setChosen((before) => Math.min(data.total - 1, Math.max(0, before + by)));
  return (
    <section aria-label={w.title}>
      <Heading>{w.title}</Heading>
      <Group gap={2}>
        <ActionIcon aria-label={w.back} onClick={() => move(-1)} disabled={chosen === 0}>
          <IconChevronLeft size={17} aria-hidden />
        </ActionIcon>
        <ActionIcon aria-label={w.forward} onClick={() => move(1)} disabled={chosen === data.total - 1}>
          <IconChevronRight size={17} aria-hidden />
        </ActionIcon>
        <span className="kw-dim" aria-live="polite">
          {w.of(chosen + 1, data.total)}
        </span>
      </Group>
      {event && (
        <div className={classes.inOut}>
          <div>
            <p className="kw-dim">{w.provider(data.to ?? '')}</p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <pre className={classes.streamEvent} tabIndex={0}>
              {event.provider === null ? <em>{w.end}</em> : <WithRedactions text={event.provider} />}
            </pre>
            {event.meaning.length > 0 && (
              <p className="kw-dim">
                {w.meaning}: {event.meaning.join(', ')}
              </p>
            )}
          </div>
          <div>
            <p className="kw-dim">{w.app(data.from ?? '')}</p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <pre className={classes.streamEvent} tabIndex={0}>
              {event.app === '' ? <em>{w.nothing}</em> : <WithRedactions text={event.app} />}
            </pre>
            {event.lost.map(({ path, why }) => (
              <p key={`${path} ${why}`}>
                <b>{path}</b>: {why}
              </p>
            ))}
          </div>
        </div>
      )}
    </section>
  );
}

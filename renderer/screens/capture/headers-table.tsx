import { useEffect, useRef } from 'react';
import { words } from '../../words/words.ts';
import classes from './capture.module.css';
import { WithRedactions } from './redaction-chips.tsx';

/** Header lines as they came; the one that evidence points at is marked and brought into view. */
export function HeadersTable({
  headers,
  at,
  caption,
}: {
  headers: readonly (readonly [string, string])[];
  at?: string;
  caption: string;
}) {
  const marked = useRef<HTMLTableRowElement>(null);
  const wanted = at?.startsWith('header:') ? at.slice('header:'.length) : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls whenever another header is asked for
  useEffect(() => marked.current?.scrollIntoView({ block: 'center' }), [wanted]);
  if (headers.length === 0) return <p className="kw-dim">{words.capture.message.noHeaders}</p>;
  return (
    <table className={classes.headers} aria-label={caption}>
      <thead>
        <tr>
          <th scope="col">{words.capture.message.header}</th>
          <th scope="col">{words.capture.message.headerValue}</th>
        </tr>
      </thead>
      <tbody>
        {headers.map(([name, value], index) => {
          const chosen = name.toLowerCase() === wanted;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: headers repeat; their order is their identity
            <tr key={index} ref={chosen ? marked : undefined} data-chosen={chosen || undefined}>
              <th scope="row">{name}</th>
              <td>
                <WithRedactions text={value} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

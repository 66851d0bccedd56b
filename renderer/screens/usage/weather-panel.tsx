import { useQuery } from '@tanstack/react-query';
import type { WeatherRow } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { duration } from '../../format.ts';
import { Light, type Tone } from '../../parts/light.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { RelativeTime } from '../../parts/relative-time.tsx';
import { toProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import classes from './usage.module.css';
import { percent } from './usage-numbers.ts';

const TONES: Readonly<Record<WeatherRow['state'], Tone>> = {
  good: 'ok',
  troubled: 'wait',
  failing: 'bad',
  quiet: 'off',
};
const WINDOWS = ['15m', '1h', '24h'] as const;
const EVERY_MS = 10_000;

export function WeatherPanel() {
  const w = words.usage;
  const weather = useQuery(queries.usage.weather.queryOptions({ refetchInterval: EVERY_MS }));
  return (
    <section className="kw-panel" aria-labelledby="usage-weather">
      <div className="kw-panel-head">
        <div>
          <h2 id="usage-weather">{w.weather}</h2>
          <p className="kw-dim">{w.weatherLead}</p>
        </div>
      </div>
      {weather.error ? (
        <ProblemNote problem={toProblem(weather.error)} onRetry={() => void weather.refetch()} />
      ) : weather.data?.length === 0 ? (
        <p className="kw-panel-body kw-dim">{w.weatherNone}</p>
      ) : (
        weather.data && <WeatherTable rows={weather.data} />
      )}
    </section>
  );
}

function WeatherTable({ rows }: { rows: readonly WeatherRow[] }) {
  const w = words.usage;
  const c = w.weatherColumns;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} aria-label={w.tableOf(w.weather)} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{c.provider}</th>
            <th scope="col">{c.now}</th>
            {WINDOWS.map((window) => (
              <th key={window} scope="col" data-number title={w.windowTitle(w.windows[window])}>
                {w.windows[window]}
              </th>
            ))}
            <th scope="col" data-number>
              {c.p50}
            </th>
            <th scope="col" data-number>
              {c.p95}
            </th>
            <th scope="col">{c.sentence}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <WeatherLine key={`${row.provider} ${row.key?.id}`} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function WeatherLine({ row }: { row: WeatherRow }) {
  const w = words.usage;
  const day = row.windows.at(-1);
  const time = (ms: number | null | undefined) => (ms == null ? w.nothing : duration(ms));
  return (
    <tr data-key={row.key !== null || undefined}>
      <th scope="row">{row.key ? row.key.label || `…${row.key.lastFour}` : row.name}</th>
      <td>
        <span className={classes.state}>
          <Light tone={TONES[row.state]} size={14} />
          {w.states[row.state]}
        </span>
      </td>
      {WINDOWS.map((window) => {
        const share = row.windows.find((one) => one.window === window)?.share;
        return (
          <td key={window} data-number>
            {share == null ? w.nothing : percent(share)}
          </td>
        );
      })}
      <td data-number>{time(day?.p50Ms)}</td>
      <td data-number>{time(day?.p95Ms)}</td>
      <td className={classes.sentence}>
        {row.sentence}
        {row.failingSince && row.state !== 'good' && (
          <span className="kw-dim">
            {' '}
            {w.since} <RelativeTime iso={row.failingSince} />.
          </span>
        )}
      </td>
    </tr>
  );
}

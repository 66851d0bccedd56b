import { Tooltip, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { spotlight } from '@mantine/spotlight';
import {
  IconApps,
  IconChartBar,
  IconChecklist,
  IconHome,
  IconKey,
  IconKeyboard,
  IconListSearch,
  IconSearch,
  IconServer2,
  IconSettings,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Status } from '../../gateway/control/contract/index.ts';
import mark from '../keyward.svg';
import { useConnection } from '../live.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Light, type Tone } from '../parts/light.tsx';
import { words } from '../words/words.ts';
import { Keys } from './keys.tsx';
import classes from './shell.module.css';

const PLACES = [
  { to: '/', label: words.nav.home, Icon: IconHome },
  { to: '/keys', label: words.nav.keys, Icon: IconKey },
  { to: '/apps', label: words.nav.apps, Icon: IconApps },
  { to: '/requests', label: words.nav.requests, Icon: IconListSearch },
  { to: '/suites', label: words.nav.suites, Icon: IconChecklist },
  { to: '/usage', label: words.nav.usage, Icon: IconChartBar },
  { to: '/providers', label: words.nav.providers, Icon: IconServer2 },
  { to: '/settings', label: words.nav.settings, Icon: IconSettings },
] as const;

export function Sidebar({ status, onHelp }: { status: Status; onHelp: () => void }) {
  // The same bound as in shell.module.css: below it the places are icons only.
  const narrow = useMediaQuery('(max-width: 68rem)');
  return (
    <aside className={classes.sidebar} aria-label={words.product}>
      <div className={classes.brand}>
        <img src={mark} alt="" width={22} height={22} />
        <span>{words.product}</span>
      </div>
      <UnstyledButton
        className={classes.find}
        onClick={() => spotlight.open()}
        aria-label={narrow ? words.nav.palette : undefined}
      >
        <IconSearch size={15} aria-hidden />
        <span>{words.nav.palette}</span>
        <Keys keys="mod+k" />
      </UnstyledButton>
      <nav aria-label={words.nav.label}>
        {PLACES.map(({ to, label, Icon }) => (
          <Tooltip key={to} label={label} position="right" disabled={!narrow}>
            <Link
              to={to}
              search={{}}
              aria-label={label}
              className={classes.place}
              activeOptions={{ exact: to === '/', includeSearch: false }}
            >
              <Icon size={17} stroke={1.7} aria-hidden />
              <span>{label}</span>
            </Link>
          </Tooltip>
        ))}
      </nav>
      <div className={classes.foot}>
        <Listening status={status} />
        <UnstyledButton className={classes.place} onClick={onHelp} aria-label={words.nav.help}>
          <IconKeyboard size={17} stroke={1.7} aria-hidden />
          <span>{words.nav.help}</span>
        </UnstyledButton>
      </div>
    </aside>
  );
}

function Listening({ status }: { status: Status }) {
  const connection = useConnection();
  const s = words.status;
  const [tone, label]: [Tone, string] =
    connection === 'lost'
      ? ['wait', s.lost]
      : !status.url
        ? ['bad', s.notListening]
        : status.vault.state === 'locked'
          ? ['wait', s.locked]
          : ['ok', s.listening];
  return (
    <div className={classes.listening} role="status">
      <Light tone={tone} />
      <div className={classes.listeningWords}>
        <strong>{label}</strong>
        {status.url && <span className="kw-mono kw-dim">{status.url.replace(/^https?:\/\//, '')}</span>}
      </div>
      {status.url && <CopyButton text={status.url} label={s.copyAddress} />}
    </div>
  );
}

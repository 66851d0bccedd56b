import { Group, Text } from '@mantine/core';
import { Spotlight } from '@mantine/spotlight';
import { IconArrowRight, IconKey, IconSearch, IconSettings } from '@tabler/icons-react';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { queries } from '../api.ts';
import { relativeTime } from '../format.ts';
import { captureTone, captureVerdict } from '../parts/capture-tone.ts';
import { healthTone } from '../parts/health.ts';
import { Light } from '../parts/light.tsx';
import { words } from '../words/words.ts';
import { ACTIONS } from './actions.ts';
import { useActions } from './actions-provider.tsx';
import { Keys } from './keys.tsx';

const FOUND_AT_MOST = 6;
const has = (text: string, wanted: string) => text.toLowerCase().includes(wanted);

/** Everything by name: actions, provider keys, apps, and requests by their text. */
export function Palette() {
  const [query, setQuery] = useState('');
  const navigate = useNavigate();
  const actions = useActions();
  const wanted = query.trim().toLowerCase();
  const keys = useQuery(queries.keys.list.queryOptions());
  const apps = useQuery(queries.apps.list.queryOptions());
  const captures = useQuery(
    queries.captures.list.queryOptions({
      input: wanted.length >= 2 ? { text: query.trim(), limit: FOUND_AT_MOST } : skipToken,
      placeholderData: (before) => before,
    }),
  );

  const shownActions = ACTIONS.filter(
    (action) => action.palette && actions.has(action.id) && has(words.actions[action.id], wanted),
  );
  const p = words.palette;
  const sections = wanted
    ? Object.entries(words.settings.sections).filter(([, title]) => has(`${p.groups.settings} ${title}`, wanted))
    : [];
  const shownKeys = wanted
    ? (keys.data ?? [])
        .filter((key) => has(`${key.provider} ${key.label} ${key.lastFour}`, wanted))
        .slice(0, FOUND_AT_MOST)
    : [];
  const shownApps = wanted ? (apps.data ?? []).filter((app) => has(app.name, wanted)).slice(0, FOUND_AT_MOST) : [];
  const shownCaptures = wanted.length >= 2 ? (captures.data ?? []) : [];
  const nothing =
    shownActions.length + sections.length + shownKeys.length + shownApps.length + shownCaptures.length === 0;

  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      clearQueryOnClose
      scrollable
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.5, blur: 0 }}
      maxHeight="60vh"
      attributes={{ content: { 'aria-label': words.nav.palette } }}
    >
      <Spotlight.Search
        placeholder={p.placeholder}
        aria-label={words.nav.palette}
        leftSection={<IconSearch size={17} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {nothing && <Spotlight.Empty>{p.nothing}</Spotlight.Empty>}
        {shownActions.length > 0 && (
          <Spotlight.ActionsGroup label={p.groups.actions}>
            {shownActions.map((action) => (
              <Spotlight.Action key={action.id} onClick={() => actions.run(action.id)}>
                <Group gap="sm" wrap="nowrap" w="100%">
                  <IconArrowRight size={15} aria-hidden />
                  <Text size="sm" className="kw-grow">
                    {words.actions[action.id]}
                  </Text>
                  {action.keys[0] && <Keys keys={action.keys[0]} />}
                </Group>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {sections.length > 0 && (
          <Spotlight.ActionsGroup label={p.groups.settings}>
            {sections.map(([section, title]) => (
              <Spotlight.Action key={section} onClick={() => navigate({ to: '/settings', search: { section } })}>
                <Group gap="sm" wrap="nowrap">
                  <IconSettings size={15} aria-hidden />
                  <Text size="sm">{title}</Text>
                </Group>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shownKeys.length > 0 && (
          <Spotlight.ActionsGroup label={p.groups.keys}>
            {shownKeys.map((key) => (
              <Spotlight.Action key={key.id} onClick={() => navigate({ to: '/keys', search: {}, hash: key.id })}>
                <Group gap="sm" wrap="nowrap" w="100%">
                  <Light tone={healthTone(key)} />
                  <Text size="sm">{`${key.provider} · ${key.label}`}</Text>
                  <Text size="sm" c="dimmed" className="kw-grow kw-clip">
                    {key.healthDetail.sentence}
                  </Text>
                </Group>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shownApps.length > 0 && (
          <Spotlight.ActionsGroup label={p.groups.apps}>
            {shownApps.map((app) => (
              <Spotlight.Action key={app.id} onClick={() => navigate({ to: '/apps', search: {}, hash: app.id })}>
                <Group gap="sm" wrap="nowrap">
                  <IconKey size={15} aria-hidden />
                  <Text size="sm">{app.name}</Text>
                </Group>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shownCaptures.length > 0 && (
          <Spotlight.ActionsGroup label={p.groups.requests}>
            {shownCaptures.map((row) => (
              <Spotlight.Action
                key={row.id}
                onClick={() => navigate({ to: '/requests/$id', params: { id: row.id }, search: {} })}
              >
                <Group gap="sm" wrap="nowrap" w="100%">
                  <Light tone={captureTone(row)} />
                  <Text size="sm">{captureVerdict(row)}</Text>
                  <Text size="sm" c="dimmed" className="kw-grow kw-clip">
                    {[row.app, row.askedModel].filter(Boolean).join(' · ')}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {relativeTime(row.time, Date.now())}
                  </Text>
                </Group>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

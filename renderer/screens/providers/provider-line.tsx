import { ActionIcon, Button, Menu, Switch } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { ProviderRow } from '../../../gateway/control/contract/index.ts';
import { api, queries } from '../../api.ts';
import { useConfirm } from '../../parts/confirm.tsx';
import { Light, Tag } from '../../parts/light.tsx';
import { RelativeTime } from '../../parts/relative-time.tsx';
import { Said } from '../../parts/said.tsx';
import { say, sayProblem } from '../../parts/say.tsx';
import { words } from '../../words/words.ts';
import classes from './providers.module.css';

type Tested = Awaited<ReturnType<typeof api.providers.test>>;

export function ProviderLine({ row }: { row: ProviderRow }) {
  const w = words.providers;
  const client = useQueryClient();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const [tested, setTested] = useState<Tested | null>(null);
  const [testing, setTesting] = useState(false);
  const line = useRef<HTMLDivElement>(null);
  const hash = useRouterState({ select: (state) => state.location.hash });
  useEffect(() => {
    if (hash === row.id) line.current?.scrollIntoView({ block: 'center' });
  }, [hash, row.id]);

  const lists = useQuery({ ...queries.models.lists.queryOptions(), enabled: !row.practice });
  const list = lists.data?.find(({ provider }) => provider === row.id);

  const refresh = () => {
    void client.invalidateQueries({ queryKey: queries.providers.key() });
    void client.invalidateQueries({ queryKey: queries.keys.key() });
  };
  const test = async () => {
    setTesting(true);
    await api.providers.test({ id: row.id }).then(setTested, sayProblem);
    setTesting(false);
    refresh();
  };
  const enable = async (enabled: boolean) => {
    await api.providers.update({ id: row.id, enabled }).catch(sayProblem);
    refresh();
  };
  const askForModels = async () => {
    const [told] = await api.models.refresh({ provider: row.id }).catch((error) => {
      sayProblem(error);
      return [];
    });
    if (told) say(told.problem?.sentence ?? w.modelsListed(row.name, told.models));
    void client.invalidateQueries({ queryKey: queries.models.key() });
  };
  const remove = async () => {
    const question = { title: w.removeTitle(row.name), text: w.removeText(row.keys), confirm: w.removeConfirm };
    if (!(await confirm(question))) return;
    await api.providers.remove({ id: row.id }).then(() => say(w.removed(row.name)), sayProblem);
    refresh();
  };

  return (
    <div ref={line} id={row.id} className={`kw-row ${classes.line}`} data-off={!row.enabled || undefined}>
      <div className="kw-grow">
        <div className={classes.name}>
          <strong>{row.name}</strong>
          {row.name !== row.id && <span className="kw-mono kw-dim">{row.id}</span>}
          {row.practice && <Tag tone="practice">{words.common.practice}</Tag>}
          {!row.preset && !row.practice && <Tag tone="off">{w.custom}</Tag>}
        </div>
        <div className={`kw-dim ${classes.facts}`}>
          {row.practice ? (
            <span>{w.practiceNote}</span>
          ) : (
            <>
              <span className="kw-mono">{row.baseUrl}</span>
              <span>{w.dialects[row.dialect]}</span>
              <span>{words.counts.keys(row.keys)}</span>
              {list?.listedAt && (
                <span>
                  {w.models(list.models)} <RelativeTime iso={list.listedAt} />
                  {list.leftOut > 0 && `, ${w.modelsLeftOut(list.leftOut)}`}
                </span>
              )}
              {Object.keys(row.headers).length > 0 && <span>{Object.keys(row.headers).join(', ')}</span>}
            </>
          )}
        </div>
        {list?.problem && row.enabled && (
          <p className={`kw-dim ${classes.noList}`}>
            <Light tone="wait" />
            <span>
              {list.listedAt ? w.noNewerList : w.noList} <Said text={list.problem.sentence} />{' '}
              {list.problem.capture && (
                <Link className="kw-link" to="/requests/$id" params={{ id: list.problem.capture }} search={{}}>
                  {w.whyNoList}
                </Link>
              )}
            </span>
          </p>
        )}
        <p role="status" className={classes.tested}>
          {tested && (
            <>
              <Light tone={tested.reachable ? 'ok' : 'bad'} /> {tested.sentence}
            </>
          )}
        </p>
      </div>
      {!row.practice && (
        <div className={classes.actions}>
          <Switch
            size="xs"
            aria-label={w.enable(row.name)}
            checked={row.enabled}
            onChange={(event) => enable(event.currentTarget.checked)}
          />
          <Button variant="default" onClick={test} loading={testing} aria-label={w.testLabel(row.name)}>
            {w.test}
          </Button>
          <Menu>
            <Menu.Target>
              <ActionIcon aria-label={words.common.more(row.name)}>
                <IconDots size={17} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => navigate({ to: '/keys', search: { add: row.id } })}>{words.keys.add}</Menu.Item>
              <Menu.Item onClick={() => navigate({ to: '/providers', search: { edit: row.id } })}>{w.edit}</Menu.Item>
              <Menu.Item onClick={askForModels}>{w.askForModels}</Menu.Item>
              <Menu.Divider />
              <Menu.Item color="red" onClick={remove}>
                {w.remove}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      )}
    </div>
  );
}

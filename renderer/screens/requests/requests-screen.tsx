import { IconListDetails } from '@tabler/icons-react';
import { Outlet, useMatchRoute, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Empty } from '../../parts/empty.tsx';
import { words } from '../../words/words.ts';
import { Imports } from '../transfer/imports.tsx';
import { RequestList } from './request-list.tsx';
import classes from './requests.module.css';

/** List left, detail right; in a narrow window the detail covers the list. */
export function RequestsScreen() {
  const { q = '' } = useSearch({ strict: false }) as { q?: string };
  const { id } = useParams({ strict: false }) as { id?: string };
  const navigate = useNavigate();
  const open = useMatchRoute()({ to: '/requests/$id' }) !== false;

  const search = (text: string) =>
    navigate({ to: '.', search: (before) => ({ ...before, q: text || undefined }), replace: true });
  const choose = (chosen: string) =>
    navigate({ to: '/requests/$id', params: { id: chosen }, search: { q: q || undefined } as never });
  const leave = () => navigate({ to: '/requests', search: { q: q || undefined } });

  return (
    <div className={classes.split} data-open={open || undefined}>
      <RequestList search={q} onSearch={search} chosen={id} onChoose={choose} onLeave={leave} />
      <div className={classes.detail}>
        {open ? (
          <Outlet />
        ) : (
          <Empty
            icon={<IconListDetails size={40} stroke={1.3} />}
            title={words.requests.title}
            text={words.requests.choose}
          />
        )}
      </div>
      <Imports />
    </div>
  );
}

import { IconMapOff } from '@tabler/icons-react';
import { Empty } from '../parts/empty.tsx';
import { LinkButton } from '../parts/link-button.tsx';
import { words } from '../words/words.ts';

export function NotFound() {
  return (
    <div className="kw-page">
      <Empty icon={<IconMapOff size={40} stroke={1.3} />} title={words.nav.notFound} text="">
        <LinkButton to="/">{words.nav.goHome}</LinkButton>
      </Empty>
    </div>
  );
}

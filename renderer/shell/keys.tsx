import { Kbd } from '@mantine/core';
import { keyCaps } from './shortcuts.ts';

const mac = /mac/i.test(window.keyward?.platform === 'darwin' ? 'mac' : navigator.platform);

export function Keys({ keys }: { keys: string }) {
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      {keyCaps(keys, mac).map((cap) => (
        <Kbd key={cap} size="xs" mr={3}>
          {cap}
        </Kbd>
      ))}
    </span>
  );
}

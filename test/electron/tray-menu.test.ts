import { describe, expect, it } from 'vitest';
import { trayRows } from '../../electron/tray-menu.ts';

const labels = (rows: ReturnType<typeof trayRows>) =>
  rows.flatMap((row) => (row.kind === 'separator' ? [] : row.label));

describe('the tray', () => {
  it('shows the address and offers to copy it while listening', () => {
    expect(labels(trayRows({ kind: 'listening', url: 'http://127.0.0.1:4141' }))).toEqual([
      'Listening on http://127.0.0.1:4141',
      'Open Keyward',
      'Copy address',
      'Quit Keyward',
    ]);
  });

  it('says why nothing listens and has no address to copy', () => {
    expect(labels(trayRows({ kind: 'failed', sentence: 'Port 4141 is taken.' }))).toEqual([
      'Not listening: Port 4141 is taken.',
      'Open Keyward',
      'Quit Keyward',
    ]);
  });
});

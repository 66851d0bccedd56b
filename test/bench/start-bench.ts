/** How long a start takes with a hundred thousand captures on the disk, and what an idle gateway keeps in memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCaptureIds } from '../../gateway/captures/capture-id.ts';
import { createRecorder } from '../../gateway/captures/recorder.ts';
import { createRedactor } from '../../gateway/captures/redact.ts';
import { homePaths, prepareHome } from '../../gateway/store/home.ts';
import { exchange, patterns } from '../captures/exchanges.ts';
import { goal } from './goals.ts';
import { serve } from './keyward.ts';
import { median } from './load.ts';

const CAPTURES = 100_000;
const STARTS = 5;
/** The gateway gives memory back in its first quiet seconds. */
const IDLE_AFTER_MS = 6_000;

export async function benchStart(): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'keyward-bench-start-'));
  try {
    await prepareHome(home);
    await fill(homePaths(home).captures);
    const starts: number[] = [];
    let idleMb = Number.NaN;
    for (let nth = 0; nth <= STARTS; nth += 1) {
      const gateway = await serve(home);
      if (nth > 0) starts.push(gateway.startMs); // the first one makes keys and fills caches
      if (nth === STARTS) {
        await new Promise((resolve) => setTimeout(resolve, IDLE_AFTER_MS));
        idleMb = gateway.memoryMb();
      }
      await gateway.stop();
    }
    goal(`start to listening, ${CAPTURES.toLocaleString('en')} captures`, median(starts), 300, 'at most', 'ms');
    goal('memory, idle', idleMb, 90, 'at most', 'MB');
    return idleMb;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function fill(file: string): Promise<void> {
  const ids = createCaptureIds();
  const redactor = createRedactor({ fingerprint: (text) => text.slice(0, 8), secrets: () => [], patterns });
  const recorder = await createRecorder({ file, redactor, ids });
  for (let nth = 0; nth < CAPTURES; nth += 1) {
    const one = exchange({ id: ids.next(), receivedAt: Date.now() });
    recorder.begin(one);
    recorder.finish(one);
    if (nth % 1000 === 999) await recorder.flush();
  }
  await recorder.settle();
  await recorder.close();
}

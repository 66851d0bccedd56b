import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { homePaths } from '../../gateway/store/home.ts';
import { openStore } from '../../gateway/store/store.ts';
import { startChild, temporaryHome } from './temporary-home.ts';

const KILLS = 30;

it(`${KILLS} kills in the middle of writing lose nothing that was acknowledged`, { timeout: 180_000 }, async () => {
  const home = temporaryHome();
  let midWrite = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = startChild('write-in-a-loop.ts', [home]);
    await child.line('acknowledged');
    // From 1 to some dozens of milliseconds later: each kill meets another moment of the write.
    const until = performance.now() + ((kill * 7) % 31) + Math.random() * 3;
    await new Promise<void>((resolve) => {
      const look = () => (performance.now() >= until ? resolve() : setImmediate(look));
      look();
    });
    child.process.kill('SIGKILL');
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL' });
    if (readdirSync(home).some((name) => /^keyward\.json\.\d+$/.test(name))) midWrite++;
    const acknowledged = Number(child.lines.at(-1)?.replace('acknowledged ', ''));

    const store = await openStore({ home, waitMs: 0 });
    const { document, version } = store.snapshot;
    expect(store.notices).toEqual([]);
    expect(version).toBeGreaterThanOrEqual(acknowledged);
    expect(version).toBeLessThanOrEqual(acknowledged + 1); // the one under way may have been written already
    expect(document.apps).toHaveLength(version - 1);
    const trail = await store.audit(100_000);
    expect(trail.map((row) => row.version)).toEqual(Array.from({ length: version }, (_, i) => version - i));
    expect((await store.versionAt(version - 1))?.version).toBe(version - 1);
    await store.close();
    expect(JSON.parse(readFileSync(homePaths(home).config, 'utf8')).version).toBe(version);
  }
  console.info(`${midWrite} of ${KILLS} kills met a half-written file`);
});

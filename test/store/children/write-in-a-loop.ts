/** Adds one app after another and prints each version once it is acknowledged. Killed by its test. */
import { writeSync } from 'node:fs';
import { openStore } from '../../../gateway/store/store.ts';

const [home = ''] = process.argv.slice(2);
const store = await openStore({ home });
for (;;) {
  const name = `app ${store.snapshot.version + 1}`;
  await store.update({ actor: 'test', action: 'app.add', subject: name }, (draft) => {
    draft.apps.push({
      id: `app_${String(draft.version).padStart(8, '0')}`,
      name,
      owner: null,
      recording: null,
      createdAt: new Date().toISOString(),
    });
  });
  // Synchronously into the pipe: what was printed was acknowledged, also when the next instruction is the last.
  writeSync(1, `acknowledged ${store.snapshot.version}\n`);
}

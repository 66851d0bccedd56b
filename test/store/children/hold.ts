/** Opens a home and tells what it met; holds it until its standard input ends. */
import { openStore } from '../../../gateway/store/store.ts';
import { StoreError } from '../../../gateway/store/store-error.ts';

const [home = '', action = 'hold'] = process.argv.slice(2);
const say = (what: unknown) => process.stdout.write(`${JSON.stringify(what)}\n`);
try {
  const store = await openStore({ home, waitMs: 0 });
  say({ opened: true, readOnly: store.readOnly, version: store.snapshot.version, notices: store.notices });
  if (action === 'change') {
    try {
      await store.update({ actor: 'test', action: 'settings.set', subject: 'port' }, (draft) => {
        draft.settings.port = 5151;
      });
      say({ changed: true, version: store.snapshot.version });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      say({ refused: error.code, sentence: error.message, next: error.next });
    }
  } else {
    process.stdin.resume();
    await new Promise((resolve) => process.stdin.on('end', resolve));
  }
  await store.close();
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  say({ opened: false, code: error.code, sentence: error.message, next: error.next });
}

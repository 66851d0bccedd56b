import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { giveMemoryBack } from '../../gateway/give-memory-back.ts';

const MODULE = new URL('../../gateway/give-memory-back.ts', import.meta.url).href;

it('gives memory back in several threads at the same moment, none of which fails for the other’s sake', async () => {
  const start = new SharedArrayBuffer(4);
  const source = `
    import { workerData, parentPort } from 'node:worker_threads';
    import { giveMemoryBack } from ${JSON.stringify(MODULE)};
    parentPort.postMessage('ready');
    Atomics.wait(new Int32Array(workerData), 0, 0);
    giveMemoryBack();
    parentPort.postMessage('done');`;
  const workers = Array.from(
    { length: 4 },
    () => new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData: start }),
  );
  const said = workers.map((worker) => once(worker, 'message'));
  await Promise.all(said);
  const done = workers.map((worker) => once(worker, 'message'));
  const flag = new Int32Array(start);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
  giveMemoryBack();
  expect((await Promise.all(done)).map(([word]) => word)).toEqual(['done', 'done', 'done', 'done']);
  await Promise.all(workers.map((worker) => worker.terminate()));
});

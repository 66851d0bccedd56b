/**
 * A process that records without pause until it is killed. argv: file, mode. Prints `id finished-at-ms` a line (synchronously,
 * so that what was finished before the kill is known to the last one) and the ids it leaves running.
 */
import { writeSync } from 'node:fs';
import { createRecorder } from '../../gateway/captures/recorder.ts';
import { begun, exchange, ids, redactorFor } from './exchanges.ts';

const recorder = await createRecorder({ file: process.argv[2] as string, redactor: redactorFor(), ids });
const pauseMs = Number(process.argv[3] ?? 2);
let nth = 0;

function one(): void {
  for (let index = 0; index < 5; index++) {
    const done = exchange({ message: `number ${nth}` });
    recorder.begin(done);
    recorder.finish(done);
    writeSync(1, `done ${done.id} ${Date.now()}\n`);
  }
  if (nth++ % 20 === 0) {
    const running = begun();
    recorder.begin(running);
    writeSync(1, `running ${running.id} ${Date.now()}\n`);
  }
  for (const notice of recorder.notices) writeSync(1, `notice ${notice.id} ${Date.now()}\n`);
  setTimeout(one, pauseMs);
}
one();

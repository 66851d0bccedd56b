/** Opens a home of its own process, replays every capture given so many times, prints one JSON line of what came out. */
import { replayCapture } from '../../gateway/replay/replay.ts';
import { openServices } from '../../gateway/services.ts';

const [home = '', times = '1', ...ids] = process.argv.slice(2);
const services = await openServices({ home });
const seen: Record<string, string[]> = {};
for (const id of ids) {
  const capture = await services.recorder.get(id);
  if (!capture) throw new Error(`no capture ${id}`);
  const outcomes = new Set<string>();
  for (let run = 0; run < Number(times); run += 1) {
    for (const input of [{ mode: 'recorded' }, { mode: 'dry-run', config: 'then' }] as const) {
      const { steps, outcome, answerDifferences, refused } = await replayCapture(services, capture, input);
      outcomes.add(`${input.mode} ${JSON.stringify({ steps, outcome, answerDifferences, refused })}`);
    }
  }
  seen[id] = [...outcomes].sort();
}
process.stdout.write(`${JSON.stringify(seen)}\n`);
await services.close();

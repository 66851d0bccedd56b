import { useConfirm } from '../../parts/confirm.tsx';
import { words } from '../../words/words.ts';
import { costText } from './cost-text.ts';
import type { ReplayState } from './use-replay-state.ts';
import type { useRun } from './use-run.ts';

/** Runs a branch to its end. What really leaves this machine is asked for first, with what it costs. */
export function useConfirmedRun(state: ReplayState, run: ReturnType<typeof useRun>) {
  const confirm = useConfirm();
  return async () => {
    if (run.running) return;
    const sending = run.shown?.sending;
    if (state.branch.mode === 'live' && sending && !sending.practice) {
      const w = words.replay;
      const yes = await confirm({
        title: w.confirmTitle,
        text: w.confirmText(sending.method, sending.url, sending.key ?? w.sending.noKey, costText(sending)),
        confirm: w.runLive,
        harmless: true,
      });
      if (!yes) return;
    }
    const result = await run.run();
    if (result?.capture) await state.became(result.capture);
  };
}

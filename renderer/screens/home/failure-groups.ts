import type { CaptureRow } from '../../../gateway/control/contract/index.ts';

export interface FailureGroup {
  /** The newest of them. */
  readonly row: CaptureRow;
  readonly times: number;
}

/** The same failure of the same app at the same provider is one line, the newest standing for all. Newest first. */
export function groupFailures(rows: readonly CaptureRow[]): FailureGroup[] {
  const groups = new Map<string, { row: CaptureRow; times: number }>();
  for (const row of rows) {
    const name = JSON.stringify([row.cause ?? row.message, row.stage, row.appId, row.provider, row.keyId]);
    const group = groups.get(name);
    if (!group) groups.set(name, { row, times: 1 });
    else {
      group.times += 1;
      if (row.time > group.row.time) group.row = row;
    }
  }
  return [...groups.values()].sort((a, b) => b.row.time.localeCompare(a.row.time));
}

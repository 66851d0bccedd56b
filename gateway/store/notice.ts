/** Something a person should see about the home: a recovered file, tightened permissions, a full disk. */
export interface Notice {
  /** Stable by kind, so that a screen can tell a new one from one already shown. */
  readonly id: string;
  readonly level: 'info' | 'warning' | 'error';
  readonly sentence: string;
  readonly next: string | null;
}

/** `2026-11-23T23:32:05.123Z` as a file name may hold it everywhere: `20261123T233205Z`. */
export function stampForFileName(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

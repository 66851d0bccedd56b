import { buildStale } from './build.ts';

/** Vitest's global setup of the end-to-end tests: they drive what ships, so that must be what the sources say. */
export async function setup(): Promise<void> {
  await buildStale(['renderer', 'electron', 'cli']);
}

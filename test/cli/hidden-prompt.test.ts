import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { cliEntry } from '../../scripts/cli-entry.ts';
import { newHome } from './run-cli.ts';

const SECRET = 'sk-proj-Zq3vN8xK2mP7tR5wY9bC4dF6gH1jL0sA3eU8iO5pT7nM2kX9vB4cZ6qW1rE';
const MAIN = cliEntry();

/** Gives a program a terminal of its own (util-linux). */
const SCRIPT = '/usr/bin/script';
const hasScript = process.platform === 'linux' && existsSync(SCRIPT);

it.skipIf(!hasScript)(
  `takes a key that is pasted at the sight of the prompt without showing it${hasScript ? '' : ' (skipped, because util-linux script is missing)'}`,
  { timeout: 60_000 },
  async () => {
    const home = newHome();
    const command = `'${process.execPath}' '${MAIN}' keys add --provider openai --no-check`;
    const child = spawn(SCRIPT, ['-qfec', command, '/dev/null'], { env: { ...process.env, KEYWARD_HOME: home } });
    let shown = '';
    let pasted = false;
    child.stdout.on('data', (chunk) => {
      shown += chunk;
      if (pasted || !shown.includes('not shown')) return;
      pasted = true;
      child.stdin.write(`\u001b[200~${SECRET}\u001b[201~\r`);
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    await rm(home, { recursive: true, force: true });
    expect(code).toBe(0);
    expect(shown).toContain(`ending in ${SECRET.slice(-4)}`);
    expect(shown).not.toContain(SECRET.slice(8, 20));
  },
);

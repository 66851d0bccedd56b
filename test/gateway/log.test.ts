import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog, withoutSecrets } from '../../gateway/log.ts';

const CANARIES = [
  'sk-proj-canary0123456789abcdef',
  'sk-ant-api03-canary0123456789',
  'kw_ab12cd34_canary0123456789abcdef',
  'AIzaSyCanary0123456789abcdefghij',
  'canary-in-a-header-0123456789',
  'canary-in-a-query-0123456789',
  'canary-password-0123456789',
];

describe('the log', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'keyward-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('holds none of the secrets that an error or a header carries into it', async () => {
    const { log, close } = openLog(folder);
    log.error(new Error(`upstream said: Incorrect API key provided: ${CANARIES[0]}`));
    log.warn({ headers: { authorization: `Bearer ${CANARIES[4]}`, 'x-api-key': CANARIES[1] } }, 'refused');
    log.info({ url: `https://example.com/v1?key=${CANARIES[5]}&x=1` }, `gateway key ${CANARIES[2]}`);
    log.info(`${CANARIES[3]} and http://user:${CANARIES[6]}@proxy:3128/`);
    await close();
    const text = readFileSync(path.join(folder, 'keyward.log'), 'utf8');
    expect(text.trim().split('\n')).toHaveLength(4);
    for (const canary of CANARIES) expect(text).not.toContain(canary);
    for (const line of text.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('time');
  });

  it('leaves words that are no secrets as they are', () => {
    const line =
      '{"level":"info","capture":"c_01HZX","url":"http://127.0.0.1:4141/v1/chat/completions","msg":"key pk_1 expired"}';
    expect(withoutSecrets(line)).toBe(line);
  });

  it('rotates, keeps a bounded number of files, and lets only the owner read them', async () => {
    const { log, close } = openLog(folder);
    const filler = 'x'.repeat(1024 * 1024);
    for (let index = 0; index < 40; index += 1) {
      log.info(filler);
      if (index % 8 === 7) await new Promise((resolve) => setImmediate(resolve));
    }
    await close();
    const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
    expect(logs.length).toBeGreaterThan(1);
    expect(logs.length).toBeLessThanOrEqual(6);
    for (const name of logs) expect(statSync(path.join(folder, name)).mode & 0o077).toBe(0);
  });
});

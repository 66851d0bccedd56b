import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { controlClient } from '../../gateway/control/router.ts';
import { startTestGateway } from '../support/gateway.ts';

const PASSPHRASE = 'correct horse battery staple';

it('a locked key store is unlocked, and the request that was refused for it is answered', async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'keyward-locked-'));
  try {
    const first = await startTestGateway({ home });
    await first.gateway.services.vault.setPassphrase(PASSPHRASE);
    await first.gateway.services.vault.removeWay('key-file');
    const { key } = first;
    await first.stop();

    const place = await startTestGateway({ home });
    const client = controlClient(place.gateway.control, 'cli');
    const body = { model: 'practice/ok', messages: [{ role: 'user', content: 'Hello' }] };
    const refused = await place.post('/v1/chat/completions', body, { authorization: `Bearer ${key}` });
    expect(refused.status).toBe(503);
    const told = (await refused.json()) as { error: { message: string } };
    expect(told.error.message).toContain('Keyward is locked: its owner has to unlock it before it can send anything.');
    expect(JSON.stringify(told)).not.toContain(home);
    const id = refused.headers.get('x-keyward-capture') ?? '';
    const explanation = await client.captures.explain({ id });
    expect(explanation.cause).toBe('gateway_config');
    const { message } = await client.captures.get({ id });
    expect(message).toBe(
      place.gateway.services.vault.status().sentence.concat(' ', place.gateway.services.vault.status().next ?? ''),
    );
    expect(explanation.fixes[0]?.id).toBe('unlock-vault');
    await expect(client.fixes.apply({ id, fix: 'unlock-vault' })).rejects.toMatchObject({ code: 'INVALID' });
    const wrong = client.fixes.apply({ id, fix: 'unlock-vault', values: { passphrase: 'something else' } });
    await expect(wrong).rejects.toMatchObject({ code: 'REFUSED' });
    const result = await client.fixes.apply({ id, fix: 'unlock-vault', values: { passphrase: PASSPHRASE } });
    expect(result).toMatchObject({ applied: true, fixed: true, undo: null });
    expect(JSON.stringify(result)).not.toContain(PASSPHRASE);
    await place.stop();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

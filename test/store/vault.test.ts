import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { VaultStatus as ContractVaultStatus } from '../../gateway/control/contract/rows.ts';
import { homePaths } from '../../gateway/store/home.ts';
import { openVault, type VaultStatus } from '../../gateway/store/vault.ts';
import { BY, providerKey, temporaryHome } from './temporary-home.ts';
import { TestKeychain } from './test-keychain.ts';
import { addKey, PASSPHRASE, SECRET, vaultIn, visit } from './visit-vault.ts';

describe('a seal', () => {
  it('opens for its own record only, and never twice looks the same', async () => {
    const { vault } = await vaultIn(temporaryHome());
    const sealed = vault.seal('pk_1', SECRET);
    expect(vault.seal('pk_1', SECRET)).not.toBe(sealed);
    expect(vault.open('pk_1', sealed)).toBe(SECRET);
    expect(() => vault.open('pk_2', sealed)).toThrow(
      expect.objectContaining({ code: 'secret-unreadable', next: expect.stringContaining('paste it again') }),
    );
  });

  it('does not open in another home, even one with the same key file', async () => {
    const home = temporaryHome();
    const sealed = await visit(home, {}, (vault) => vault.seal('pk_1', SECRET));
    const other = temporaryHome();
    copyFileSync(homePaths(home).masterKey, homePaths(other).masterKey);
    await visit(other, {}, (vault) =>
      expect(() => vault.open('pk_1', sealed)).toThrow(expect.objectContaining({ code: 'secret-unreadable' })),
    );
  });

  it('does not open where the identity of its home was changed, and neither does the vault', async () => {
    const home = temporaryHome();
    await visit(home, {}, (vault, store) => addKey(vault, store, 'pk_1', SECRET));
    const { config } = homePaths(home);
    writeFileSync(config, readFileSync(config, 'utf8').replace(/"home_[a-z0-9]+"/, '"home_other"'));
    await visit(home, {}, (vault, store) => {
      expect(store.snapshot.document.homeId).toBe('home_other');
      expect(vault.status()).toMatchObject({ state: 'locked', ways: ['key-file'] });
    });
  });

  it('that is damaged anywhere, or no seal at all, is a sentence and not a crash', async () => {
    const home = temporaryHome();
    const { vault, store } = await vaultIn(home);
    const sealed = vault.seal('pk_1', SECRET);
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    const damaged = [...bytes.keys()].map((at) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
      return `v1.${copy.toString('base64url')}`;
    });
    const fresh = await openVault({ store });
    for (const wrong of [...damaged, '', 'v1.', 'v1.AAAA', `v2.${sealed.slice(3)}`, sealed.slice(0, -4), SECRET]) {
      expect(() => fresh.open('pk_1', wrong)).toThrow(expect.objectContaining({ code: 'secret-unreadable' }));
    }
    expect(fresh.open('pk_1', sealed)).toBe(SECRET);
  });

  it('keeps text of any kind whole', async () => {
    const { vault, store } = await vaultIn(temporaryHome());
    const fresh = await openVault({ store });
    for (const text of ['', 'ключ 🔑', JSON.stringify({ a: 'b' }), 'x'.repeat(100_000), ' spaced \n']) {
      expect(fresh.open('pk_1', vault.seal('pk_1', text))).toBe(text);
    }
  });

  it('opens fast enough for every request', async () => {
    const { vault } = await vaultIn(temporaryHome());
    const sealed = vault.seal('pk_1', SECRET);
    const started = performance.now();
    for (let i = 0; i < 10_000; i++) vault.open('pk_1', sealed);
    expect((performance.now() - started) / 10_000).toBeLessThan(0.02); // ms each
  });
});

describe('a fingerprint', () => {
  it('is equal for equal secrets in one home, different in another, and there while the vault is locked', async () => {
    const home = temporaryHome();
    const first = await visit(home, { passphrase: PASSPHRASE }, (vault) => {
      expect(vault.fingerprint(SECRET)).toMatch(/^[0-9a-f]{16}$/);
      expect(vault.fingerprint(SECRET)).not.toBe(vault.fingerprint(`${SECRET} `));
      return vault.fingerprint(SECRET);
    });
    await visit(home, {}, (vault) => {
      expect(vault.status().state).toBe('locked');
      expect(vault.fingerprint(SECRET)).toBe(first);
    });
    await visit(temporaryHome(), {}, (vault) => expect(vault.fingerprint(SECRET)).not.toBe(first));
  });
});

describe('what the redactor is told', () => {
  it('is every stored secret, each secret part of a composed one, headers and proxy passwords, and what was replaced since', async () => {
    const home = temporaryHome();
    const aws = { access_key_id: 'AKIAIOSFODNN7', secret_access_key: 'wJalrXUtnFEMI-K7MDENG', region: 'eu-west-1' };
    await visit(home, {}, async (vault, store) => {
      await addKey(vault, store, 'pk_1', SECRET);
      await addKey(vault, store, 'pk_2', JSON.stringify(aws));
    });
    const { vault, store } = await vaultIn(home);
    const texts = () => vault.knownSecrets().map(({ text }) => text);
    expect(texts()).toEqual([SECRET, JSON.stringify(aws), aws.secret_access_key]);
    expect(vault.knownSecrets()).toBe(vault.knownSecrets()); // nothing is computed again for a request
    await store.update(BY, (draft) => {
      draft.providerKeys = draft.providerKeys.filter((key) => key.id !== 'pk_1');
      draft.settings.proxyUrl = 'http://me:pass%20word@proxy:8080';
      draft.providers.push({
        id: 'own',
        preset: null,
        name: 'Own',
        dialect: 'openai-chat',
        baseUrl: 'https://example.com/v1',
        settings: {},
        headers: { Authorization: 'Bearer header-secret', 'OpenAI-Organization': 'org-1' },
        enabled: true,
        createdAt: '2026-11-23T00:00:00Z',
      });
    });
    expect(new Set(texts())).toEqual(
      new Set([SECRET, JSON.stringify(aws), aws.secret_access_key, 'header-secret', 'pass word']),
    );
    await addKey(vault, store, 'pk_3', 'added-while-running');
    expect(texts()).toContain('added-while-running');
  });

  it('leaves out what cannot be opened instead of failing', async () => {
    const { vault, store } = await vaultIn(temporaryHome());
    await addKey(vault, store, 'pk_1', SECRET);
    await store.update(BY, (draft) => draft.providerKeys.push(providerKey('pk_bad', 'v1.rubbish')));
    expect(vault.knownSecrets().map(({ id }) => id)).toEqual(['pk_1']);
  });
});

it('no secret, passphrase or master key is in any file of the home, in any form', async () => {
  const home = temporaryHome();
  const keychain = new TestKeychain();
  await visit(home, { keychain, passphrase: PASSPHRASE }, async (vault, store) => {
    await vault.addKeyFile();
    for (let i = 0; i < 8; i++) await addKey(vault, store, `pk_${i}`, `${SECRET}-${i}`);
    await vault.setPassphrase('another long passphrase');
    await store.update(BY, (draft) => draft.providerKeys.splice(0, 2));
    await vault.reset();
    await addKey(vault, store, 'pk_9', `${SECRET}-9`);
  });
  const needles = [
    SECRET,
    PASSPHRASE,
    'another long passphrase',
    ...keychain.seen.map((text) => text.split(':').at(-1) ?? text),
  ];
  const forms = needles.flatMap((needle) => [
    Buffer.from(needle),
    Buffer.from(Buffer.from(needle).toString('base64').replace(/=+$/, '').slice(0, -1)),
    Buffer.from(Buffer.from(needle).toString('base64url').slice(0, -1)),
    Buffer.from(Buffer.from(needle).toString('hex')),
    Buffer.from(needle, 'base64'),
  ]);
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(10);
  for (const entry of files) {
    const file = path.join(entry.parentPath, entry.name);
    const raw = readFileSync(file);
    const content = file.endsWith('.gz') ? gunzipSync(raw) : raw;
    for (const form of forms) {
      if (form.length >= 8) expect([entry.name, content.includes(form)]).toEqual([entry.name, false]);
    }
  }
});

it("the vault's status has the shape that screens and commands are promised", () => {
  expectTypeOf<VaultStatus>().toEqualTypeOf<ContractVaultStatus>();
});

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { homePaths } from '../../gateway/store/home.ts';
import type { Document } from '../../gateway/store/schema.ts';
import { openVault, type VaultStatus } from '../../gateway/store/vault.ts';
import { BY, storeIn, temporaryHome } from './temporary-home.ts';
import { TestKeychain } from './test-keychain.ts';
import { addKey, openKey, PASSPHRASE, SECRET, vaultIn, visit } from './visit-vault.ts';

describe('a new home', () => {
  it('on a server gets a key file that only its owner can read, says so, and opens by it ever after', async () => {
    const home = temporaryHome();
    await visit(home, {}, async (vault, store) => {
      expect(vault.status()).toMatchObject({ state: 'unlocked', ways: ['key-file'], keychain: null });
      expect(vault.notices).toMatchObject([{ id: 'vault-key-file', level: 'info' }]);
      expect(vault.notices[0]?.sentence).toContain(homePaths(home).masterKey);
      await addKey(vault, store, 'pk_1', SECRET);
    });
    if (process.platform !== 'win32') expect(statSync(homePaths(home).masterKey).mode & 0o777).toBe(0o600);
    await visit(home, {}, (vault, store) => {
      expect(openKey(vault, store, 'pk_1')).toBe(SECRET);
      expect(vault.notices).toEqual([]);
    });
  });

  it('on a server with a passphrase gets no key file, which would make the passphrase worthless', async () => {
    const home = temporaryHome();
    await visit(home, { passphrase: PASSPHRASE }, (vault) => expect(vault.status().ways).toEqual(['passphrase']));
    expect(existsSync(homePaths(home).masterKey)).toBe(false);
    await visit(home, {}, (vault) => expect(vault.status().state).toBe('locked'));
    await visit(home, { passphrase: PASSPHRASE }, (vault) => expect(vault.status().state).toBe('unlocked'));
  });

  it('uses the key file it is told to, as it is or made new, also when the home moves', async () => {
    const home = temporaryHome();
    const keyFile = path.join(temporaryHome(), 'secrets', 'keyward.key');
    await visit(home, { keyFile }, (vault, store) => addKey(vault, store, 'pk_1', SECRET));
    expect(existsSync(homePaths(home).masterKey)).toBe(false);
    const moved = path.join(temporaryHome(), 'moved');
    renameSync(home, moved);
    await visit(moved, {}, (vault, store) => expect(openKey(vault, store, 'pk_1')).toBe(SECRET)); // its path is remembered
    renameSync(keyFile, `${keyFile}.elsewhere`);
    await visit(moved, { keyFile: `${keyFile}.elsewhere` }, (vault, store) =>
      expect(openKey(vault, store, 'pk_1')).toBe(SECRET),
    );
    const own = path.join(temporaryHome(), 'own.key');
    writeFileSync(own, `${'my own random text '.repeat(3)}\n\n`, { mode: 0o600 });
    await visit(temporaryHome(), { keyFile: own }, (vault) => expect(vault.status().state).toBe('unlocked'));
    expect(readFileSync(own, 'utf8')).toBe(`${'my own random text '.repeat(3)}\n\n`);
  });

  it('in the desktop app is protected by the keychain alone', async () => {
    const home = temporaryHome();
    const keychain = new TestKeychain();
    await visit(home, { keychain }, async (vault, store) => {
      expect(vault.status()).toMatchObject({
        state: 'unlocked',
        ways: ['keychain'],
        keychain: { backend: 'test', weak: false },
      });
      await addKey(vault, store, 'pk_1', SECRET);
    });
    expect(existsSync(homePaths(home).masterKey)).toBe(false);
    await visit(home, { keychain }, (vault, store) => expect(openKey(vault, store, 'pk_1')).toBe(SECRET));
  });

  it('in a desktop app without keychain stays without vault, so that practice works and the first key asks', async () => {
    const { vault, store } = await vaultIn(temporaryHome(), { keychain: new TestKeychain({ available: false }) });
    expect(vault.status()).toMatchObject({ state: 'empty', ways: [], keychain: null });
    expect(vault.status().next).toContain('Choose a passphrase');
    expect(() => vault.seal('pk_1', SECRET)).toThrow(
      expect.objectContaining({ code: 'vault-empty', next: expect.stringContaining('passphrase') }),
    );
    expect(vault.knownSecrets()).toEqual([]);
    await vault.setPassphrase(PASSPHRASE, 'screen');
    await addKey(vault, store, 'pk_1', SECRET);
    expect(openKey(vault, store, 'pk_1')).toBe(SECRET);
  });

  it('in a desktop app whose keychain is weak does not use it until its user says so', async () => {
    const home = temporaryHome();
    const keychain = new TestKeychain({ backend: 'basic_text', weak: true });
    await visit(home, { keychain }, async (vault) => {
      expect(vault.status()).toMatchObject({ state: 'empty', keychain: { backend: 'basic_text', weak: true } });
      await expect(vault.addKeychain()).rejects.toMatchObject({ code: 'weak-keychain' });
      expect(vault.status().state).toBe('empty');
      expect((await vault.acceptWeak('screen')).state).toBe('unlocked');
      expect(vault.status().sentence).toContain('only hides');
    });
    await visit(home, { keychain }, (vault) => expect(vault.status().state).toBe('unlocked'));
  });

  it('whose keychain fails while it answers is a state, not a crash', async () => {
    const keychain = new TestKeychain({ available: 'throws' });
    await visit(temporaryHome(), { keychain }, (vault) => expect(vault.status().state).toBe('empty'));
  });

  it('given a passphrase that is too short says so and makes no vault', async () => {
    await visit(temporaryHome(), { passphrase: 'short' }, (vault) => {
      expect(vault.status()).toMatchObject({ state: 'empty', sentence: expect.stringContaining('at least 8') });
    });
  });

  it('that was left half made by a crash gets whole', async () => {
    const home = temporaryHome();
    writeFileSync(homePaths(home).masterKey, 'ha', { mode: 0o600 });
    await visit(home, {}, (vault) => expect(vault.status().state).toBe('unlocked'));
    expect(readdirSync(home).filter((name) => name.startsWith('master.key.unusable'))).toHaveLength(1);
  });
});

describe('a passphrase', () => {
  it('can be set beside the key file, changed, and taken away again; each is in the audit trail', async () => {
    const home = temporaryHome();
    await visit(home, {}, async (vault, store) => {
      await addKey(vault, store, 'pk_1', SECRET);
      expect((await vault.setPassphrase(PASSPHRASE, 'cli')).ways).toEqual(['key-file', 'passphrase']);
      await vault.setPassphrase('another long passphrase', 'cli');
      expect(store.snapshot.document.vault.wraps).toHaveLength(2);
      expect((await store.audit(1))[0]).toMatchObject({ actor: 'cli', action: 'vault.way.add', subject: 'passphrase' });
    });
    rmSync(homePaths(home).masterKey);
    await visit(home, { passphrase: PASSPHRASE }, (vault) => expect(vault.status().state).toBe('locked'));
    await visit(home, { passphrase: 'another long passphrase' }, async (vault, store) => {
      expect(openKey(vault, store, 'pk_1')).toBe(SECRET);
      expect(vault.notices).toMatchObject([
        { id: 'vault-way-broken', sentence: expect.stringContaining('is missing') },
      ]);
    });
  });

  it('cannot be taken away when nothing else would open the vault: not a key file that is gone, not a keychain that forgot', async () => {
    const home = temporaryHome();
    const keychain = new TestKeychain();
    const refused = { code: 'last-way-in', next: expect.stringContaining('Add another way in first') };
    await visit(home, { passphrase: PASSPHRASE }, async (vault) => {
      await expect(vault.setPassphrase(null)).rejects.toMatchObject(refused);
      await vault.addKeyFile();
      rmSync(homePaths(home).masterKey);
      await expect(vault.setPassphrase(null)).rejects.toMatchObject(refused);
    });
    await visit(home, { passphrase: PASSPHRASE, keychain }, async (vault) => {
      await vault.removeWay('key-file');
      await vault.addKeychain();
      keychain.forget();
      await expect(vault.setPassphrase(null)).rejects.toMatchObject(refused);
      await vault.addKeychain();
      expect((await vault.setPassphrase(null)).ways).toEqual(['keychain']);
    });
    await visit(home, { keychain }, (vault) => expect(vault.status().state).toBe('unlocked'));
  });

  it('protects a home on a server once the key file goes, and the file is deleted with its way', async () => {
    const home = temporaryHome();
    await visit(home, {}, async (vault) => {
      await vault.setPassphrase(PASSPHRASE);
      expect((await vault.removeWay('key-file')).ways).toEqual(['passphrase']);
    });
    expect(existsSync(homePaths(home).masterKey)).toBe(false);
    await visit(home, {}, (vault) => expect(vault.status().state).toBe('locked'));
  });

  it('unlocks a running gateway, and wrong ones do not, however often and at once', async () => {
    const home = temporaryHome();
    await visit(home, { passphrase: PASSPHRASE }, (vault, store) => addKey(vault, store, 'pk_1', SECRET));
    await visit(home, {}, async (vault, store) => {
      expect(() => openKey(vault, store, 'pk_1')).toThrow(expect.objectContaining({ code: 'vault-locked' }));
      const heard: VaultStatus[] = [];
      vault.subscribe((status) => heard.push(status));
      const tries = await Promise.allSettled(
        ['wrong', 'also wrong', PASSPHRASE, 'too late'].map((text) => vault.unlockWithPassphrase(text)),
      );
      expect(tries.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
      expect(tries[0]).toMatchObject({ reason: { code: 'wrong-passphrase' } });
      expect(heard.at(-1)?.state).toBe('unlocked');
      expect(openKey(vault, store, 'pk_1')).toBe(SECRET);
    });
  });

  it('typed on another system, with another form of the same letters, is the same', async () => {
    const home = temporaryHome();
    await visit(home, { passphrase: 'Ångström für alle'.normalize('NFC') }, () => undefined);
    await visit(home, { passphrase: 'Ångström für alle'.normalize('NFD') }, (vault) =>
      expect(vault.status().state).toBe('unlocked'),
    );
  });

  it('is worth its name: eight characters at least, and slow to guess by default', async () => {
    const { vault, store } = await vaultIn(temporaryHome(), { scryptCost: undefined });
    await expect(vault.setPassphrase('seven77')).rejects.toMatchObject({ code: 'invalid' });
    await vault.setPassphrase(PASSPHRASE);
    expect(store.snapshot.document.vault.wraps.at(-1)).toMatchObject({ kind: 'passphrase', n: 131_072, r: 8, p: 1 });
  });

  it('whose stored cost was mangled does not eat the memory', async () => {
    const home = temporaryHome();
    await visit(home, { passphrase: PASSPHRASE }, (_, store) =>
      store.update(BY, (draft) => Object.assign(draft.vault.wraps[0] ?? {}, { n: 2 ** 40 })),
    );
    await visit(home, { passphrase: PASSPHRASE }, (vault) => expect(vault.status().state).toBe('locked'));
  });
});

describe('a way in that is lost', () => {
  it.each([
    ['the key file was deleted', (file: string) => rmSync(file), 'is missing'],
    ['the key file is of another home', (file: string) => writeFileSync(file, 'x'.repeat(43)), 'does not belong to it'],
    ['the key file was emptied', (file: string) => writeFileSync(file, ''), 'holds fewer than 32 characters'],
    ['a folder stands in its place', replaceByFolder, 'cannot be read'],
  ])('because %s locks the vault, says why and what to do, and loses nothing', async (_, spoil, reason) => {
    const home = temporaryHome();
    const { masterKey } = homePaths(home);
    await visit(home, {}, (vault, store) => addKey(vault, store, 'pk_1', SECRET));
    const content = readFileSync(masterKey);
    spoil(masterKey);
    await visit(home, {}, (vault, store) => {
      const status = vault.status();
      expect(status).toMatchObject({ state: 'locked', ways: ['key-file'] });
      expect(status.sentence).toContain(reason);
      expect(status.next).toContain('keyward vault reset');
      expect(() => openKey(vault, store, 'pk_1')).toThrow(expect.objectContaining({ code: 'vault-locked' }));
      expect(() => vault.seal('pk_2', SECRET)).toThrow(expect.objectContaining({ code: 'vault-locked' }));
    });
    rmSync(masterKey, { recursive: true, force: true });
    writeFileSync(masterKey, content, { mode: 0o600 });
    await visit(home, {}, (vault, store) => expect(openKey(vault, store, 'pk_1')).toBe(SECRET));
  });

  it('because the home was copied to another computer is told, and the passphrase opens the copy', async () => {
    const home = temporaryHome();
    await visit(home, { keychain: new TestKeychain() }, async (vault, store) => {
      await addKey(vault, store, 'pk_1', SECRET);
      await vault.setPassphrase(PASSPHRASE);
    });
    const copy = path.join(temporaryHome(), 'copy');
    cpSync(home, copy, { recursive: true });
    const otherKeychain = new TestKeychain();
    await visit(copy, { keychain: otherKeychain }, async (vault, store) => {
      expect(vault.status().state).toBe('locked');
      expect(vault.status().sentence).toContain('copy from another computer');
      await vault.unlockWithPassphrase(PASSPHRASE);
      expect(openKey(vault, store, 'pk_1')).toBe(SECRET);
      await vault.addKeychain();
    });
    await visit(copy, { keychain: otherKeychain }, (vault) => expect(vault.status().state).toBe('unlocked'));
  });

  it('because the keychain is shut, or because a server cannot ask it, is told apart', async () => {
    const home = temporaryHome();
    const keychain = new TestKeychain();
    await visit(home, { keychain }, (vault, store) => addKey(vault, store, 'pk_1', SECRET));
    keychain.state = 'unavailable';
    await visit(home, { keychain }, (vault) => expect(vault.status().sentence).toContain('does not answer'));
    await visit(home, {}, (vault) => {
      expect(vault.status().sentence).toContain('only the desktop app can ask');
      expect(existsSync(homePaths(home).masterKey)).toBe(false); // no second vault is made beside the first
    });
    keychain.state = 'available';
    await visit(home, { keychain }, (vault, store) => expect(openKey(vault, store, 'pk_1')).toBe(SECRET));
  });

  it('while another still opens the vault is a notice', async () => {
    const home = temporaryHome();
    await visit(home, {}, (vault, store) => addKey(vault, store, 'pk_1', SECRET));
    await visit(home, { keyFile: path.join(home, 'wrong.key') }, (vault) => {
      expect(vault.status().state).toBe('unlocked');
      expect(vault.notices).toMatchObject([{ id: 'vault-way-broken', level: 'warning' }]);
      expect(vault.notices[0]?.sentence).toContain('wrong.key is missing');
    });
  });

  it.skipIf(process.platform === 'win32')(
    'does not count a key file that others can read, but that is said',
    async () => {
      const home = temporaryHome();
      const keyFile = path.join(temporaryHome(), 'shared.key');
      await visit(home, { keyFile }, () => undefined);
      chmodSync(keyFile, 0o644);
      await visit(home, { keyFile }, (vault) => {
        expect(vault.status().state).toBe('unlocked');
        expect(vault.notices).toMatchObject([
          { id: 'vault-key-file-open', next: expect.stringContaining('chmod 600') },
        ]);
      });
    },
  );
});

describe('a damaged vault', () => {
  it('whose ways in are gone while keys are stored says so and keeps them', async () => {
    const home = temporaryHome();
    await visit(home, {}, async (vault, store) => {
      await addKey(vault, store, 'pk_1', SECRET);
      await store.update(BY, (draft) => {
        draft.vault.wraps = [];
      });
    });
    await visit(home, {}, (vault, store) => {
      expect(vault.status()).toMatchObject({ state: 'damaged', next: expect.stringContaining('vault reset') });
      expect(() => vault.seal('pk_2', SECRET)).toThrow(expect.objectContaining({ code: 'vault-damaged' }));
      expect(store.snapshot.providerKeys.size).toBe(1);
    });
  });

  it('whose key does not fit its content says so', async () => {
    const home = temporaryHome();
    await visit(home, {}, (_, store) =>
      store.update(BY, (draft) => {
        draft.vault.check = 'v1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
      }),
    );
    await visit(home, {}, (vault) => expect(vault.status()).toMatchObject({ state: 'damaged' }));
  });
});

describe('a reset', () => {
  it('drops the provider keys and nothing else, and the vault works again', async () => {
    const home = temporaryHome();
    await visit(home, { passphrase: PASSPHRASE }, async (vault, store) => {
      await addKey(vault, store, 'pk_1', SECRET);
      await store.update(BY, (draft) => {
        draft.settings.port = 5151;
        draft.routes.push({
          name: 'fast',
          targets: [{ provider: 'openai', model: 'gpt', key: 'pk_1' }],
          strategy: 'fallback',
          recording: null,
        });
      });
    });
    await visit(home, {}, async (vault, store) => {
      expect(vault.status().state).toBe('locked'); // the passphrase is forgotten
      const { homeId } = store.snapshot.document;
      const fingerprint = vault.fingerprint(SECRET);
      expect(await vault.reset({ actor: 'cli' })).toMatchObject({ state: 'unlocked', ways: ['key-file'] });
      expect(store.snapshot.document).toMatchObject({ homeId, providerKeys: [], settings: { port: 5151 } });
      expect(store.snapshot.routes.get('fast')?.targets).toEqual([{ provider: 'openai', model: 'gpt' }]);
      expect(vault.fingerprint(SECRET)).toBe(fingerprint); // captures can still tell whether it was the same key
      await addKey(vault, store, 'pk_2', 'a new secret');
    });
    await visit(home, {}, (vault, store) => expect(openKey(vault, store, 'pk_2')).toBe('a new secret'));
    for (const name of readdirSync(homePaths(home).versions)) {
      const version = JSON.parse(
        gunzipSync(readFileSync(path.join(homePaths(home).versions, name))).toString(),
      ) as Document;
      expect(version.providerKeys.filter((key) => key.id === 'pk_1' && key.sealed !== '')).toEqual([]);
    }
  });

  it('with a new passphrase is opened by that alone', async () => {
    const home = temporaryHome();
    await visit(home, { passphrase: PASSPHRASE }, (vault) => vault.reset({ passphrase: 'a second passphrase' }));
    expect(existsSync(homePaths(home).masterKey)).toBe(false);
    await visit(home, { passphrase: PASSPHRASE }, (vault) => expect(vault.status().state).toBe('locked'));
    await visit(home, { passphrase: 'a second passphrase' }, (vault) => expect(vault.status().state).toBe('unlocked'));
  });

  it('in the desktop app goes back to the keychain, or to no vault where there is none', async () => {
    const home = temporaryHome();
    const keychain = new TestKeychain();
    await visit(home, { keychain }, (vault, store) => addKey(vault, store, 'pk_1', SECRET));
    keychain.forget();
    await visit(home, { keychain }, async (vault) => {
      expect(vault.status().state).toBe('locked');
      expect(await vault.reset()).toMatchObject({ state: 'unlocked', ways: ['keychain'] });
    });
    keychain.state = 'unavailable';
    await visit(home, { keychain }, async (vault) =>
      expect(await vault.reset()).toMatchObject({ state: 'empty', ways: [] }),
    );
  });

  it('that cannot be written changes nothing', async () => {
    const home = temporaryHome();
    await visit(home, {}, (vault, store) => addKey(vault, store, 'pk_1', SECRET));
    const store = await storeIn(home, { readOnly: true });
    const vault = await openVault({ store });
    await expect(vault.reset()).rejects.toMatchObject({ code: 'read-only' });
    expect(vault.status().state).toBe('unlocked');
    expect(openKey(vault, store, 'pk_1')).toBe(SECRET);
  });
});

function replaceByFolder(file: string): void {
  rmSync(file);
  mkdirSync(file);
}

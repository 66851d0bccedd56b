/** The configuration as a file: written, looked at, taken in. An import is one change: all of it is made, or nothing. */
import type { Document, ProviderKey } from '../store/schema.ts';
import { configJsonSchema } from '../transfer/config/config-file.ts';
import { type ReadConfig, readConfig } from '../transfer/config/read-config.ts';
import { sealSecrets } from '../transfer/config/seal-file.ts';
import { writeConfig } from '../transfer/config/write-config.ts';
import { adoptConfig } from './config-adopt.ts';
import { mergeConfig } from './config-merge.ts';
import type { ConfigItem, ConfigPreview } from './contract/config.ts';
import { os } from './implementer.ts';
import type { ControlDeps } from './services.ts';

export function configProcedures(deps: ControlDeps) {
  const { store, vault } = deps;
  const plan = (document: Document, read: ReadConfig, seal: (id: string, secret: string) => string): ConfigItem[] => {
    const merging = { ...deps, seal, now: new Date(deps.now()).toISOString() };
    return 'draft' in read ? adoptConfig(merging, document, read.draft) : mergeConfig(merging, document, read.file);
  };
  const preview = (read: ReadConfig, items: ConfigItem[], applied: boolean): ConfigPreview => ({
    format: read.format,
    applied,
    items,
    notes: [...read.notes],
    missing: [...read.missing],
    sealed: read.sealed,
  });
  return {
    schema: os.config.schema.handler(() => configJsonSchema()),
    export: os.config.export.handler(async ({ input }) => {
      const { passphrase } = input;
      const { open, secrets } = writeConfig(store.snapshot.document, {
        madeBy: deps.version,
        secretOf: passphrase === undefined ? undefined : (key) => secretOf(deps, key),
        clean: (text) => deps.replay.redactor.redactText(text, 'export').text,
      });
      const sealed = passphrase === undefined ? undefined : await sealSecrets(open, secrets, passphrase);
      const day = new Date(deps.now()).toISOString().slice(0, 10);
      const content = JSON.stringify(sealed ? { ...open, sealed } : open, null, 2);
      return { fileName: `keyward-config-${day}.json`, content: `${content}\n` };
    }),
    preview: os.config.preview.handler(async ({ input }) => {
      const read = await readConfig(Buffer.from(input.content, input.encoding), input);
      const document = structuredClone(store.snapshot.document);
      return preview(
        read,
        plan(document, read, () => 'v1.preview'),
        false,
      );
    }),
    import: os.config.import.handler(async ({ input, context }) => {
      const read = await readConfig(Buffer.from(input.content, input.encoding), input);
      const by = { actor: context.actor, action: 'config.import', subject: read.format };
      const items = await store.update(by, (draft) => plan(draft, read, (id, secret) => vault.seal(id, secret)));
      return preview(read, items, true);
    }),
  };
}

/** A key whose seal is missing (it was imported without) has none; a locked vault is told. */
function secretOf({ vault }: ControlDeps, key: ProviderKey): string | undefined {
  return key.sealed === '' ? undefined : vault.open(key.id, key.sealed);
}

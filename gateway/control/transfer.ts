import { type Export, exportCaptures } from '../transfer/export-captures.ts';
import { importFile } from '../transfer/import-file.ts';
import type { TransferDeps } from '../transfer/transfer-deps.ts';
import { explainWithExperiments } from './experiments.ts';
import { os } from './implementer.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

/** More is handed over as a stream only. */
const MOST_AT_ONCE_BYTES = 256 * 1024 * 1024;

export function transferProcedures(deps: ControlDeps) {
  return {
    export: os.transfer.export.handler(async ({ input }) => {
      const { chunks, text, fileName, mediaType } = await exportCaptures(transferDeps(deps), input.ids, input.format);
      const bytes = await gather(chunks);
      const encoding = text ? ('utf8' as const) : ('base64' as const);
      return { fileName, mediaType, content: bytes.toString(encoding), encoding, sizeBytes: bytes.length };
    }),
    download: os.transfer.download.handler(async ({ input }) =>
      pieces(await exportCaptures(transferDeps(deps), input.ids, input.format)),
    ),
    import: os.transfer.import.handler(({ input }) =>
      importFile(transferDeps(deps), Buffer.from(input.content, input.encoding)),
    ),
  };
}

/** What leaving and coming in need, out of what the control interface has. */
export function transferDeps(deps: ControlDeps): TransferDeps {
  return {
    version: deps.version,
    store: deps.store,
    recorder: deps.recorder,
    replay: deps.replay,
    gatewayUrl: () => deps.listener().url ?? `http://127.0.0.1:${deps.store.snapshot.settings.port}`,
    explain: (id) => explainWithExperiments(deps, id, { probe: false }),
    now: deps.now,
  };
}

async function* pieces({ fileName, mediaType, text, chunks, linked }: Export) {
  yield { fileName, mediaType, text };
  for await (const chunk of chunks) yield { base64: chunk.toString('base64') };
  yield { linked: linked() };
}

async function gather(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > MOST_AT_ONCE_BYTES) {
      throw new Problem(
        'INVALID',
        'That is too much for one file at once.',
        'Export fewer captures, or use `keyward captures export --out FILE`.',
      );
    }
    all.push(chunk);
  }
  return Buffer.concat(all);
}

import { snippetsFor } from './connect/snippets.ts';
import { os } from './implementer.ts';
import type { ControlDeps } from './services.ts';

const USUAL_URL = 'http://127.0.0.1:4141';

export function connectProcedures({ listener }: Pick<ControlDeps, 'listener'>) {
  return { snippets: os.connect.snippets.handler(() => snippetsFor(listener().url ?? USUAL_URL)) };
}

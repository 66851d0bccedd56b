/** Homes with a gateway each, and files carried from one to the other. */
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

export interface TestHome {
  readonly gateway: TestGateway;
  readonly client: ControlClient;
}

export async function openHome(): Promise<TestHome> {
  const gateway = await startTestGateway();
  return { gateway, client: controlClient(gateway.gateway.control, 'cli') };
}

export const chat = (model: string, content = 'Hello') => ({ model, messages: [{ role: 'user', content }] });

/** Sends a request to the practice provider and returns the capture's id. */
export async function practise(
  { gateway }: TestHome,
  model: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<string> {
  const response = await gateway.post('/v1/chat/completions', { ...chat(`practice/${model}`), ...body }, headers);
  await response.arrayBuffer();
  const id = response.headers.get('x-keyward-capture');
  if (!id) throw new Error(`no capture for ${model}`);
  return id;
}

export async function carry(from: TestHome, ids: string[], to: TestHome, format: 'bundle' | 'har' | 'curl' = 'bundle') {
  const { content, encoding } = await from.client.transfer.export({ ids, format });
  return to.client.transfer.import({ content, encoding });
}

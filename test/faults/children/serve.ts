/** A headless gateway in a process of its own, to be killed: `node serve.ts HOME`. Prints one line of JSON when it listens. */
import { createGateway } from '../../../gateway/index.ts';

const gateway = await createGateway({ mode: 'headless', home: process.argv[2] as string, port: 0 });
const { url } = await gateway.start();
process.stdout.write(`${JSON.stringify({ url, notices: gateway.services.store.notices })}\n`);

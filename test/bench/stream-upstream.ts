/** A process that streams: argv are the number of chunks and the milliseconds between them; prints its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { prose } from './servers.ts';
import { sharedClockUs } from './streams.ts';

const [chunks = 0, delayMs = 0] = process.argv.slice(2).map(Number);
const CONTENT = prose(40);

const server = createServer((incoming, outgoing) => {
  incoming.resume();
  incoming.on('end', () => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    let sent = 0;
    const write = () => {
      // Inside the text, which alone survives a translation.
      outgoing.write(`data: {"choices":[{"delta":{"content":"${CONTENT}at:${sharedClockUs()};"}}]}\n\n`);
      sent += 1;
      if (sent < chunks) return;
      clearInterval(timer);
      outgoing.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    };
    const timer = setInterval(write, delayMs);
    outgoing.once('close', () => clearInterval(timer));
    write();
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

/** The other contenders of a benchmark run: upstream, nginx and the bare pipe, each a process of its own on the loopback. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Contender {
  readonly name: string;
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** So many characters of what people write: words of a few letters, not one word of a thousand, which no chat holds. */
export function prose(length: number): string {
  const sentence = 'The quick answer is that it depends on what you measure, and on whom you ask about it. ';
  return sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length);
}

/** Answer of the upstream: 1 KB of chat JSON. */
export const ANSWER = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1700000000,
  model: 'bench',
  choices: [{ index: 0, message: { role: 'assistant', content: prose(760) }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 100, total_tokens: 200 },
});

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export async function waitForPort(port: number, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    if (performance.now() > end) throw new Error(`nothing listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function has(command: string): boolean {
  return spawnSync('which', [command]).status === 0;
}

/**
 * nginx as the upstream (a fixed answer) and as a proxy before it: two instances. As one they would answer themselves
 * within a single process, without the change of process that everything else here pays for.
 */
export async function startNginx(): Promise<{ upstream: string; proxy: Contender; stop(): Promise<void> }> {
  const upstreamPort = await freePort();
  const upstream = await startOneNginx(
    'nginx upstream',
    upstreamPort,
    `default_type application/json; location / { return 200 '${ANSWER}'; }`,
  );
  const proxy = await startOneNginx(
    'nginx',
    await freePort(),
    'location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }',
    `upstream u { server 127.0.0.1:${upstreamPort}; keepalive 256; }`,
  );
  return {
    upstream: upstream.url,
    proxy,
    stop: async () => {
      await Promise.all([proxy.stop(), upstream.stop()]);
    },
  };
}

async function startOneNginx(name: string, port: number, server: string, before = ''): Promise<Contender> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-nginx-'));
  const configuration = `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log crit;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  keepalive_requests 100000000; client_max_body_size 64m;
  ${before}
  server { listen 127.0.0.1:${port} backlog=1024; ${server} }
}`;
  writeFileSync(join(folder, 'nginx.conf'), configuration);
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' });
  await waitForPort(port);
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    process: child,
    stop: async () => {
      await stopChild(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The least that Node can do: node:http in, node:http out, both piped. */
export async function startBarePipe(upstream: string): Promise<Contender> {
  const port = await freePort();
  const source = `
    const http = require('node:http');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
    const target = new URL(process.argv[1]);
    http.createServer((req, res) => {
      const out = http.request({ host: target.hostname, port: target.port, path: req.url, method: req.method, headers: req.headers, agent }, (answer) => {
        res.writeHead(answer.statusCode, answer.headers);
        answer.pipe(res);
      });
      out.on('error', () => res.destroy());
      req.pipe(out);
    }).listen(Number(process.argv[2]), '127.0.0.1');`;
  const child = spawn(process.execPath, ['-e', source, upstream, String(port)], { stdio: 'ignore' });
  await waitForPort(port);
  return { name: 'bare pipe', url: `http://127.0.0.1:${port}`, process: child, stop: () => stopChild(child) };
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(force);
}

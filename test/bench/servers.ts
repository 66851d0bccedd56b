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

/** Answer of the upstream: 1 KB of chat JSON. */
export const ANSWER = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1700000000,
  model: 'bench',
  choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(760) }, finish_reason: 'stop' }],
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

/** nginx as the upstream (a fixed answer) and as a proxy before it, in one process tree. */
export async function startNginx(): Promise<{ upstream: string; proxy: Contender }> {
  const upstreamPort = await freePort();
  const proxyPort = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bench-nginx-'));
  const configuration = `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log crit;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  keepalive_requests 100000000; client_max_body_size 64m;
  upstream u { server 127.0.0.1:${upstreamPort}; keepalive 256; }
  server { listen 127.0.0.1:${upstreamPort} backlog=1024; default_type application/json; location / { return 200 '${ANSWER}'; } }
  server { listen 127.0.0.1:${proxyPort} backlog=1024; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } }
}`;
  writeFileSync(join(folder, 'nginx.conf'), configuration);
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' });
  await waitForPort(upstreamPort);
  await waitForPort(proxyPort);
  return {
    upstream: `http://127.0.0.1:${upstreamPort}`,
    proxy: {
      name: 'nginx',
      url: `http://127.0.0.1:${proxyPort}`,
      process: child,
      stop: async () => {
        await stopChild(child);
        rmSync(folder, { recursive: true, force: true });
      },
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

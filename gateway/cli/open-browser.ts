import { spawn } from 'node:child_process';

/** Opens an address in the person's browser. Whether one opened cannot be known, so the address is printed as well. */
export function openBrowser(url: string): void {
  const [program, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]];
  const child = spawn(program as string, args as string[], { stdio: 'ignore', detached: true });
  child.on('error', () => {}); // no such program: the printed address is the way in
  child.unref();
}

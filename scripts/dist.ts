/**
 * `npm run dist`: builds, then packages with electron-builder for this platform; its options may follow
 * (`npm run dist -- --dir`, `-- --linux deb`). KEYWARD_PACKAGE_FROM names an unpacked Electron to package in place of
 * the one that electron-builder would download.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildStale } from './build.ts';

const root = path.join(import.meta.dirname, '..');
await buildStale(['renderer', 'electron']);

const builder = path.join(root, 'node_modules/electron-builder/cli.js');
const from = process.env.KEYWARD_PACKAGE_FROM;
const local = from
  ? [
      `-c.electronDist=${from}`,
      `-c.electronVersion=${readFileSync(path.join(from, 'version'), 'utf8').trim().replace(/^v/, '')}`,
    ]
  : [];
const { status } = spawnSync(process.execPath, [builder, '--publish', 'never', ...local, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

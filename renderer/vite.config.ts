/**
 * The screens: one build for both houses, served under `/ui/` by the gateway and under `app://keyward/ui/` by the
 * desktop window. No inline scripts, so that `script-src 'self'` holds; Mantine and CodeMirror put style elements in at
 * run time and need `style-src 'unsafe-inline'`.
 */
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/ui/',
  publicDir: false,
  logLevel: 'warn',
  plugins: [react()],
  build: {
    outDir: path.join(import.meta.dirname, '../dist/renderer'),
    emptyOutDir: true,
    target: 'chrome130',
    // Inlined files would become data: URLs, which the content security policy does not let in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    chunkSizeWarningLimit: 1200,
  },
});

/**
 * What ships outside the renderer: the desktop's main process, its preload and the CLI. One mode a target, chosen by
 * scripts/build.ts; the renderer has its own configuration beside its sources.
 *
 * Everything but Electron and Node's built-ins is bundled, so that a package holds `dist/` and nothing of node_modules.
 */
import { builtinModules } from 'node:module';
import path from 'node:path';
import { defineConfig, type UserConfig } from 'vite';

const root = import.meta.dirname;
const external = ['electron', /^node:/, ...builtinModules];

/** Node 20.18 is the oldest runtime that loads these bundles. */
const NODE_TARGET = 'node20.18';

/**
 * Chunks lie flat beside their entries: the recorder looks for `./captures-worker.js` next to whichever file it was
 * bundled into, and a folder of chunks would send it looking in the wrong place.
 */
function nodeBundle(outDir: string, input: Record<string, string>): UserConfig {
  return {
    root,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, target: 'node' },
    define: {
      'process.env.NODE_ENV': '"production"',
      // CommonJS packages among what is bundled know these; an ES module does not, and would throw at the first use.
      __filename: 'import.meta.filename',
      __dirname: 'import.meta.dirname',
    },
    build: {
      ssr: true,
      outDir: path.join(root, outDir),
      emptyOutDir: true,
      target: NODE_TARGET,
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input,
        external,
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
          assetFileNames: '[name][extname]',
        },
      },
    },
  };
}

/** A sandboxed preload cannot import: CommonJS, one file, `electron` its only require. */
function preloadBundle(): UserConfig {
  return {
    root,
    publicDir: false,
    logLevel: 'warn',
    build: {
      outDir: path.join(root, 'dist/electron'),
      emptyOutDir: false,
      target: 'chrome130',
      minify: false,
      lib: { entry: path.join(root, 'electron/preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
      rolldownOptions: { external: ['electron'] },
    },
  };
}

export default defineConfig(({ mode }) => {
  if (mode === 'electron') {
    return nodeBundle('dist/electron', {
      main: path.join(root, 'electron/main.ts'),
      'captures-worker': path.join(root, 'gateway/captures/worker.ts'),
    });
  }
  if (mode === 'preload') return preloadBundle();
  if (mode === 'cli') {
    return nodeBundle('dist/cli', {
      keyward: path.join(root, 'gateway/cli/main.ts'),
      'captures-worker': path.join(root, 'gateway/captures/worker.ts'),
    });
  }
  // Tools that only read this configuration come with a mode of their own; a build of it makes nothing.
  return {};
});

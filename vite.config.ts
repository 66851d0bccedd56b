/**
 * What ships outside the renderer: the desktop's main process, its preload and the CLI. One mode a target, chosen by
 * scripts/build.ts; the renderer has its own configuration beside its sources.
 *
 * Everything but Electron and Node's built-ins is bundled, so that a package holds `dist/` and nothing of node_modules.
 */

import { readFile } from 'node:fs/promises';
import { builtinModules, createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const root = import.meta.dirname;
const HTTP = /^(?:node:)?http$/;
const builtins = new Set(builtinModules);
const external = (id: string) => id === 'electron' || ((id.startsWith('node:') || builtins.has(id)) && !HTTP.test(id));

/** Node 20.18 is the oldest runtime that loads these bundles. */
const NODE_TARGET = 'node20.18';

/**
 * Imported as an ES module, `node:http` evaluates all its exports, lazy ones too: WebSocket and its events load Node's
 * own undici, 10 MB and 30 ms of a start for something nobody here uses. Asked for as a builtin it does not.
 */
function plainHttp(): Plugin {
  const http = createRequire(import.meta.url)('node:http') as object;
  const eager = Object.entries(Object.getOwnPropertyDescriptors(http)).filter(([, property]) => 'value' in property);
  const names = eager.map(([name]) => name).filter((name) => /^[A-Za-z_]\w*$/.test(name));
  return {
    name: 'plain-http',
    enforce: 'pre',
    resolveId: (source, _importer, { kind }) => {
      if (!HTTP.test(source)) return undefined;
      return kind === 'require-call' ? { id: source, external: true } : '\0plain-http';
    },
    load: (id) =>
      id === '\0plain-http'
        ? `const http = process.getBuiltinModule('node:http');\nexport default http;\nexport const { ${names.join(', ')} } = http;`
        : undefined,
  };
}

/**
 * The ranks of a tokenizer are a module of 200,000 literals. Written as JSON they are read in two thirds of the time, and
 * the thread that reads them takes 25 MB less.
 */
function ranksAsJson(): Plugin {
  return {
    name: 'ranks-as-json',
    enforce: 'pre',
    load: async (id) => {
      if (!/gpt-tokenizer\/esm\/bpeRanks\/\w+\.js$/.test(id.replaceAll('\\', '/'))) return undefined;
      const ranks = (await import(pathToFileURL(id).href)) as { default: unknown };
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(ranks.default))});`;
    },
  };
}

/**
 * Parsed as JSON at the start, which is several times as fast as reading the same as program text. Its own escapes keep the
 * text, which stays in memory, at one byte a character.
 */
function dataAsJson(): Plugin {
  return {
    name: 'data-as-json',
    enforce: 'pre',
    load: async (id) => {
      if (!id.endsWith('.json')) return undefined;
      const text = escaped(JSON.stringify(JSON.parse(await readFile(id, 'utf8'))));
      return { code: `export default JSON.parse(${JSON.stringify(text)});`, moduleType: 'js' };
    },
  };
}

function escaped(text: string): string {
  return text.replace(/[\u0100-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * One character beyond Latin-1, a dash in a sentence, makes the engine keep the whole file at two bytes a character. Outside of
 * comments such characters stand in strings, templates and regular expressions only, where an escape means the same.
 */
function inLatin1(): Plugin {
  return {
    name: 'in-latin-1',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue;
        const doubtful = /(?<!\\)(?:\\\\)*\\[\u0100-\uffff]/.exec(file.code);
        if (doubtful) this.error(`an escape of an escaped character: ${doubtful[0]} in ${file.fileName}`);
        file.code = escaped(file.code);
      }
    },
  };
}

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
    plugins: [plainHttp(), ranksAsJson(), dataAsJson(), inLatin1()],
    define: {
      'process.env.NODE_ENV': '"production"',
      // CommonJS packages among what is bundled know these; an ES module does not, and would throw at the first use.
      __filename: 'import.meta.filename',
      __dirname: 'import.meta.dirname',
    },
    build: {
      ssr: true,
      // The ranks of a tokenizer are large, and read by a thread of their own when they are asked for.
      chunkSizeWarningLimit: 4000,
      outDir: path.join(root, outDir),
      emptyOutDir: true,
      target: NODE_TARGET,
      sourcemap: true,
      rolldownOptions: {
        input,
        external,
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
          assetFileNames: '[name][extname]',
          // An engine keeps the text of what it runs. Names stay as they are: stacks are read by people.
          minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
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
      'tokens-worker': path.join(root, 'gateway/models/tokens-worker.ts'),
    });
  }
  if (mode === 'preload') return preloadBundle();
  if (mode === 'cli') {
    return nodeBundle('dist/cli', {
      keyward: path.join(root, 'gateway/cli/keyward.ts'),
      'captures-worker': path.join(root, 'gateway/captures/worker.ts'),
      'tokens-worker': path.join(root, 'gateway/models/tokens-worker.ts'),
    });
  }
  // Tools that only read this configuration come with a mode of their own; a build of it makes nothing.
  return {};
});

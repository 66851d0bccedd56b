/** Agent programs, run headless as their own documents show, each with a home of its own. Installed on first use. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../model.ts';
import { UNICODE } from '../model.ts';
import type { Outcome, Place, Program } from '../programs/program.ts';

const folder = import.meta.dirname;
const CASES: readonly Case[] = ['unicode', 'read', 'error-403'];
/** Stands in the file that the agent is asked to read with its own tool, and nowhere in the question. */
const SECRET_OF_THE_DAY = 'Öl-7731';
const RUN_MS = 90_000;

interface Started {
  readonly command: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files under the home, written first. */
  readonly files?: Readonly<Record<string, string>>;
}

export async function installedAgents(): Promise<readonly Program[]> {
  if (!existsSync(path.join(folder, 'node_modules/.bin/claude'))) {
    process.stderr.write('Installing the agent programs (about 1 GB, once) …\n');
    // Not `ci`: it wants a lock of every platform's packages, which one platform's registry need not have.
    const { code, output } = await run(
      { command: 'npm', words: ['install', '--no-save', '--no-audit', '--no-fund'], env: {} },
      folder,
      600_000,
    );
    if (code !== 0) throw new Error(`npm install in ${folder} failed:\n${output.slice(-2000)}`);
  }
  return [
    agent('Claude Code', claude),
    agent('Codex', codex),
    agent('Gemini CLI', gemini),
    agent('opencode', opencode),
  ];
}

function agent(name: string, start: (place: Place, prompt: string) => Started): Program {
  return {
    name,
    cases: CASES,
    ways: ['stream'],
    judge,
    converse: async (asked, place) => {
      const work = path.join(place.folder, 'work');
      const note = path.join(work, 'note.txt');
      await mkdir(work, { recursive: true });
      await writeFile(note, `The password of the day is ${SECRET_OF_THE_DAY}.\n`);
      const started = start(place, asked === 'read' ? `case: read ${note}` : `case: ${asked}`);
      for (const [file, text] of Object.entries(started.files ?? {})) {
        const full = path.join(place.folder, file);
        await mkdir(path.dirname(full), { recursive: true });
        await writeFile(full, text);
      }
      const { output } = await run(started, work, RUN_MS, place.folder);
      return { text: output };
    },
  };
}

function judge(asked: Case, { text = '' }: Outcome): string | undefined {
  const wanted = asked === 'unicode' ? UNICODE : asked === 'read' ? SECRET_OF_THE_DAY : `Acted out: ${asked}`;
  // Programs wrap what they print to the width of a terminal that is not there, and may compose accents.
  const plain = (all: string) => all.replace(/\s+/g, '').normalize('NFC');
  return plain(text).includes(plain(wanted)) ? undefined : `printed ${JSON.stringify(text.slice(-300))}`;
}

const bin = (name: string) => path.join(folder, 'node_modules/.bin', name);

function claude({ origin, key, model }: Place, prompt: string): Started {
  return {
    command: bin('claude'),
    words: ['-p', prompt, '--allowedTools', 'Read'],
    env: {
      ANTHROPIC_BASE_URL: origin,
      ANTHROPIC_AUTH_TOKEN: key,
      ANTHROPIC_MODEL: model,
      ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '0',
    },
  };
}

function codex({ origin, key, model }: Place, prompt: string): Started {
  return {
    command: bin('codex'),
    words: ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', prompt],
    env: { KEYWARD_KEY: key },
    files: {
      '.codex/config.toml': [
        `model = ${JSON.stringify(model)}`,
        'model_provider = "keyward"',
        '[model_providers.keyward]',
        'name = "Keyward"',
        `base_url = ${JSON.stringify(`${origin}/v1`)}`,
        'env_key = "KEYWARD_KEY"',
        'wire_api = "responses"',
        'request_max_retries = 0',
        'stream_max_retries = 0',
        '',
      ].join('\n'),
    },
  };
}

function gemini({ origin, key, model }: Place, prompt: string): Started {
  return {
    command: bin('gemini'),
    words: ['-m', model, '--yolo', '-p', prompt],
    env: { GEMINI_API_KEY: key, GOOGLE_GEMINI_BASE_URL: origin, GEMINI_CLI_TRUST_WORKSPACE: 'true' },
    files: {
      '.gemini/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true },
      }),
    },
  };
}

function opencode({ origin, key, model }: Place, prompt: string): Started {
  return {
    command: bin('opencode'),
    words: ['run', '-m', `keyward/${model}`, prompt],
    env: { OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_AUTOUPDATE: '1', KEYWARD_KEY: key },
    files: {
      'work/opencode.json': JSON.stringify({
        provider: {
          keyward: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Keyward',
            options: { baseURL: `${origin}/v1`, apiKey: '{env:KEYWARD_KEY}' },
            models: { [model]: { name: model } },
          },
        },
        small_model: `keyward/${model}`,
        share: 'disabled',
      }),
    },
  };
}

/** Runs to its end or for `mostMs`; whichever way it ends, what it printed is told. */
function run({ command, words, env }: Started, cwd: string, mostMs: number, home?: string) {
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const homes = home ? { HOME: home, XDG_CONFIG_HOME: `${home}/.config`, XDG_DATA_HOME: `${home}/.data` } : {};
    const child = spawn(command, words, {
      cwd,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', TERM: 'dumb', ...homes, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: mostMs,
    });
    const printed: Buffer[] = [];
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: Buffer.concat([...printed, ...said]).toString('utf8') }));
  });
}

/**
 * `npm run clients`: real clients × upstreams of every shape, through a gateway of its own, as a table: how many of the
 * cases that a client knows came out as they should, and in words what did not. `-- --agents` adds the agent programs,
 * which are installed on first use. Words behind it choose rows and columns: `npm run clients -- openai Anthropic`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { anthropicMessages } from './programs/anthropic-sdk.ts';
import { googleGenai } from './programs/google-genai.ts';
import { langchainAnthropic, langchainOpenai } from './programs/langchain.ts';
import { openaiChat, openaiEmbeddings, openaiResponses } from './programs/openai-sdk.ts';
import { faultOf, type Program, refusalFault } from './programs/program.ts';
import { aiAnthropic, aiGoogle, aiOpenai } from './programs/vercel-ai.ts';
import { anthropic } from './upstreams/anthropic.ts';
import { bedrock } from './upstreams/bedrock.ts';
import { cohere } from './upstreams/cohere.ts';
import { gemini } from './upstreams/gemini.ts';
import { ollama } from './upstreams/ollama.ts';
import { openai } from './upstreams/openai.ts';
import { replicate } from './upstreams/replicate.ts';
import { type Running, type Shape, startUpstream } from './upstreams/upstream.ts';
import { watsonx } from './upstreams/watsonx.ts';

export const PROGRAMS: readonly Program[] = [
  openaiChat,
  openaiResponses,
  openaiEmbeddings,
  anthropicMessages,
  googleGenai,
  aiOpenai,
  aiAnthropic,
  aiGoogle,
  langchainOpenai,
  langchainAnthropic,
];

export const SHAPES: readonly Shape[] = [openai, anthropic, gemini, bedrock, cohere, ollama, watsonx, replicate];

export interface Cell {
  readonly right: number;
  readonly all: number;
  /** A sentence a fault: the case, the way, what was wrong. */
  readonly faults: readonly string[];
}

export interface Stand {
  readonly gateway: TestGateway;
  readonly upstreams: readonly Running[];
  stop(): Promise<void>;
}

/** A gateway with every upstream set up in it. */
export async function startStand(shapes: readonly Shape[]): Promise<Stand> {
  const gateway = await startTestGateway();
  const upstreams = await Promise.all(shapes.map(startUpstream));
  for (const { shape, url } of upstreams) await gateway.addProvider(shape.provider(url), shape.secret);
  return {
    gateway,
    upstreams,
    stop: async () => {
      await gateway.stop();
      await Promise.all(upstreams.map((upstream) => upstream.stop()));
    },
  };
}

/** One client against one upstream, every case in every way it knows. */
export async function runCell(program: Program, upstream: Running, gateway: TestGateway): Promise<Cell> {
  const { shape, complaints } = upstream;
  const { id } = shape.provider(upstream.url);
  const folder = await mkdtemp(path.join(tmpdir(), 'keyward-client-'));
  const place = {
    origin: gateway.url,
    key: gateway.key,
    model: `${id}/${shape.model}`,
    folder,
    ...(shape.embeddingModel ? { embeddingModel: `${id}/${shape.embeddingModel}` } : {}),
  };
  const faults: string[] = [];
  let all = 0;
  try {
    for (const asked of program.cases) {
      if (asked === 'embedding' && !shape.embeddingModel) continue;
      for (const way of asked === 'embedding' ? (['whole'] as const) : program.ways) {
        all += 1;
        complaints.length = 0;
        const outcome = await program.converse(asked, place, way);
        const lack = shape.lacks?.find((each) => each.asked === asked);
        const refused = lack && (outcome.error !== undefined || !lack.unlessAnswered);
        const fault = refused ? refusalFault(outcome, lack.words) : (program.judge ?? faultOf)(asked, outcome);
        if (fault) faults.push([`${asked} (${way}): ${fault}`, ...complaints].join(' — upstream: '));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { right: all - faults.length, all, faults };
}

async function main(words: readonly string[]) {
  const agents = words.includes('--agents');
  const names = words.filter((word) => !word.startsWith('--')).map((word) => word.toLowerCase());
  const chosen = <T extends { name: string }>(all: readonly T[]) => {
    const some = all.filter(({ name }) => names.some((word) => name.toLowerCase().includes(word)));
    return some.length > 0 ? some : all;
  };
  const programs = agents ? [...PROGRAMS, ...(await (await import('./agents/agents.ts')).installedAgents())] : PROGRAMS;
  const rows = chosen(programs);
  const stand = await startStand(chosen(SHAPES));
  const faults: string[] = [];
  const heads = stand.upstreams.map(({ shape }) => shape.name);
  const line = (name: string, cells: readonly string[]) =>
    `${name.padEnd(26)}${cells.map((cell) => cell.padStart(12)).join('')}\n`;
  process.stdout.write(line('', heads));
  let right = 0;
  let all = 0;
  try {
    for (const program of rows) {
      const cells: Cell[] = [];
      for (const upstream of stand.upstreams) {
        const cell = await runCell(program, upstream, stand.gateway);
        cells.push(cell);
        right += cell.right;
        all += cell.all;
        faults.push(...cell.faults.map((fault) => `${program.name} × ${upstream.shape.name}: ${fault}`));
      }
      process.stdout.write(
        line(
          program.name,
          cells.map((cell) => (cell.all === 0 ? '–' : `${cell.right}/${cell.all}`)),
        ),
      );
    }
  } finally {
    await stand.stop();
  }
  for (const fault of faults) process.stdout.write(`\n${fault}`);
  process.stdout.write(`\n\n${right} of ${all} as they should be.\n`);
  process.exitCode = right === all ? 0 : 1;
}

if (import.meta.filename === process.argv[1]) await main(process.argv.slice(2));

/**
 * How to point each program at the gateway: the exact lines, with `KEY` where the gateway key goes. The model is the
 * practice provider's wherever a program lets one choose, so that a pasted snippet answers before any key is stored.
 */
import type { Snippet } from '../contract/index.ts';

const MODEL = 'practice/ok';
const ANY_MODEL = `${MODEL} answers without a provider key; put any model of yours in its place.`;

/** All snippets, for a gateway at this address (`http://127.0.0.1:4141`, without a slash at its end). */
export function snippetsFor(url: string): Snippet[] {
  return [...scripts(url), ...agents(url), ...editorsAndChats(url)];
}

function scripts(url: string): Snippet[] {
  return [
    {
      id: 'curl',
      program: 'curl',
      language: 'sh',
      sentence: `Run this in a terminal. ${ANY_MODEL}`,
      text: `curl ${url}/v1/chat/completions \\
  -H "Authorization: Bearer KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${MODEL}", "messages": [{"role": "user", "content": "Hello!"}]}'`,
    },
    {
      id: 'openai-python',
      program: 'OpenAI SDK for Python',
      language: 'python',
      sentence: `Give the client this base URL and key; nothing else changes. ${ANY_MODEL}`,
      text: `from openai import OpenAI

client = OpenAI(base_url="${url}/v1", api_key="KEY")
answer = client.chat.completions.create(
    model="${MODEL}",
    messages=[{"role": "user", "content": "Hello!"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      id: 'openai-node',
      program: 'OpenAI SDK for Node',
      language: 'javascript',
      sentence: `Give the client this base URL and key; nothing else changes. ${ANY_MODEL}`,
      text: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${url}/v1', apiKey: 'KEY' });
const answer = await client.chat.completions.create({
  model: '${MODEL}',
  messages: [{ role: 'user', content: 'Hello!' }],
});
console.log(answer.choices[0].message.content);`,
    },
    {
      id: 'anthropic-python',
      program: 'Anthropic SDK for Python',
      language: 'python',
      sentence: `The base URL has no /v1 at its end: this SDK adds it. ${ANY_MODEL}`,
      text: `from anthropic import Anthropic

client = Anthropic(base_url="${url}", api_key="KEY")
answer = client.messages.create(
    model="${MODEL}",
    max_tokens=256,
    messages=[{"role": "user", "content": "Hello!"}],
)
print(answer.content[0].text)`,
    },
    {
      id: 'anthropic-node',
      program: 'Anthropic SDK for Node',
      language: 'javascript',
      sentence: `The base URL has no /v1 at its end: this SDK adds it. ${ANY_MODEL}`,
      text: `import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: '${url}', apiKey: 'KEY' });
const answer = await client.messages.create({
  model: '${MODEL}',
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Hello!' }],
});
console.log(answer.content[0].text);`,
    },
    {
      id: 'gemini-python',
      program: 'Google Gen AI SDK for Python',
      language: 'python',
      sentence: `The base URL goes into the HTTP options. ${ANY_MODEL}`,
      text: `from google import genai
from google.genai import types

client = genai.Client(api_key="KEY", http_options=types.HttpOptions(base_url="${url}"))
answer = client.models.generate_content(model="${MODEL}", contents="Hello!")
print(answer.text)`,
    },
    {
      id: 'gemini-node',
      program: 'Google Gen AI SDK for Node',
      language: 'javascript',
      sentence: `The base URL goes into the HTTP options. ${ANY_MODEL}`,
      text: `import { GoogleGenAI } from '@google/genai';

const client = new GoogleGenAI({ apiKey: 'KEY', httpOptions: { baseUrl: '${url}' } });
const answer = await client.models.generateContent({ model: '${MODEL}', contents: 'Hello!' });
console.log(answer.text);`,
    },
    {
      id: 'langchain',
      program: 'LangChain',
      language: 'python',
      sentence: `Use the OpenAI chat model with this base URL, whoever answers behind it. ${ANY_MODEL}`,
      text: `from langchain_openai import ChatOpenAI

model = ChatOpenAI(base_url="${url}/v1", api_key="KEY", model="${MODEL}")
print(model.invoke("Hello!").content)`,
    },
    {
      id: 'vercel-ai-sdk',
      program: 'Vercel AI SDK',
      language: 'typescript',
      sentence: `Install ai and @ai-sdk/openai-compatible. ${ANY_MODEL}`,
      text: `import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';

const keyward = createOpenAICompatible({ name: 'keyward', baseURL: '${url}/v1', apiKey: 'KEY' });
const { text } = await generateText({ model: keyward('${MODEL}'), prompt: 'Hello!' });
console.log(text);`,
    },
  ];
}

function agents(url: string): Snippet[] {
  return [
    {
      id: 'claude-code',
      program: 'Claude Code',
      language: 'json',
      sentence:
        'Merge this into ~/.claude/settings.json and start claude anew. It asks for Claude models, so Anthropic has to be set up here with a key.',
      text: pretty({ env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: 'KEY' } }),
    },
    {
      id: 'codex',
      program: 'Codex',
      language: 'toml',
      sentence:
        'Put this into ~/.codex/config.toml (the first two lines above any [section]) and set KEYWARD_API_KEY=KEY in the shell that starts codex. Choose a model that OpenAI, set up here, serves you.',
      text: `model = "openai/gpt-5"
model_provider = "keyward"

[model_providers.keyward]
name = "Keyward"
base_url = "${url}/v1"
env_key = "KEYWARD_API_KEY"
wire_api = "responses"`,
    },
    {
      id: 'gemini-cli',
      program: 'Gemini CLI',
      language: 'sh',
      sentence:
        'Put these lines into ~/.gemini/.env, and choose "Use Gemini API key" with /auth. Google Gemini has to be set up here with a key.',
      text: `GOOGLE_GEMINI_BASE_URL=${url}
GEMINI_API_KEY=KEY`,
    },
    {
      id: 'opencode',
      program: 'opencode',
      language: 'json',
      sentence: `Merge this into opencode.json of the project, or ~/.config/opencode/opencode.json. ${ANY_MODEL}`,
      text: pretty({
        $schema: 'https://opencode.ai/config.json',
        provider: {
          keyward: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Keyward',
            options: { baseURL: `${url}/v1`, apiKey: 'KEY' },
            models: { [MODEL]: { name: 'Practice' } },
          },
        },
      }),
    },
  ];
}

function editorsAndChats(url: string): Snippet[] {
  return [
    {
      id: 'cursor',
      program: 'Cursor',
      language: 'text',
      sentence:
        'Cursor sends its requests through its own servers, which cannot reach this computer: this works only where the gateway has a public https address, which then takes the place of the one below.',
      text: `Cursor Settings > Models > API Keys
OpenAI API Key:            KEY
Override OpenAI Base URL:  ${url}/v1
Add a custom model:        ${MODEL}`,
    },
    {
      id: 'continue',
      program: 'Continue',
      language: 'yaml',
      sentence: `Add the model to ~/.continue/config.yaml. ${ANY_MODEL}`,
      text: `name: Keyward
version: 1.0.0
schema: v1
models:
  - name: Keyward
    provider: openai
    model: ${MODEL}
    apiBase: ${url}/v1
    apiKey: KEY`,
    },
    {
      id: 'cline',
      program: 'Cline',
      language: 'text',
      sentence: `Enter this in Cline's settings. ${ANY_MODEL}`,
      text: `API Provider:  OpenAI Compatible
Base URL:      ${url}/v1
API Key:       KEY
Model ID:      ${MODEL}`,
    },
    {
      id: 'open-webui',
      program: 'Open WebUI',
      language: 'sh',
      sentence:
        'Set these where Open WebUI starts, or enter them under Admin Settings > Connections > OpenAI API. In a container it reaches this address only with --network=host.',
      text: `OPENAI_API_BASE_URL=${url}/v1
OPENAI_API_KEY=KEY`,
    },
    {
      id: 'cherry-studio',
      program: 'Cherry Studio',
      language: 'text',
      sentence: `Add a provider in Cherry Studio; it puts /v1 behind the address by itself. ${ANY_MODEL}`,
      text: `Settings > Model Provider > Add
Provider Name:  Keyward
Provider Type:  OpenAI
API Key:        KEY
API Host:       ${url}
Model ID:       ${MODEL}`,
    },
  ];
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

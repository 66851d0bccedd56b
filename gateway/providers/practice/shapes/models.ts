/** The practice models, listed in the caller's form. */
import type { PracticeCall } from '../practice-call.ts';
import { practiceNames } from '../practice-model.ts';
import { jsonAnswer, PRACTICE_EPOCH_S, type Script } from '../script.ts';
import { headersOf } from './provider-headers.ts';

export function modelsAnswer(call: PracticeCall): Script {
  const ids = practiceNames().map((name) => `practice/${name}`);
  const body =
    call.api === 'anthropic'
      ? { data: ids.map(anthropicModel), has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null }
      : call.api === 'gemini'
        ? { models: ids.map(geminiModel) }
        : { object: 'list', data: ids.map(openaiModel) };
  return jsonAnswer(200, headersOf(call.api, call.digest), body);
}

export function modelAnswer(call: PracticeCall, name: string): Script {
  const id = `practice/${name}`;
  const body =
    call.api === 'anthropic' ? anthropicModel(id) : call.api === 'gemini' ? geminiModel(id) : openaiModel(id);
  return jsonAnswer(200, headersOf(call.api, call.digest), body);
}

function openaiModel(id: string) {
  return { id, object: 'model', created: PRACTICE_EPOCH_S, owned_by: 'practice' };
}

function anthropicModel(id: string) {
  return { type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' };
}

function geminiModel(id: string) {
  return {
    name: `models/${id}`,
    version: '001',
    displayName: id,
    description: 'Built in; nothing leaves this machine.',
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens', 'embedContent'],
  };
}

/** The quirks of a provider for one model, put together from quirk-rules.ts and what the preset's capabilities deny. Pure. */
import type { ProviderDialect } from '../dialects/canonical/request.ts';
import type { WireQuirks } from '../dialects/canonical/wire-quirks.ts';
import type { Preset } from './preset-schema.ts';
import { QUIRK_RULES, type QuirkRule } from './quirk-rules.ts';

/** What a translated request to `preset` must respect. Later rules win, but what is lacking adds up. */
export function wireQuirks(preset: Preset | undefined, dialect: ProviderDialect, model: string): WireQuirks {
  let quirks: WireQuirks = {};
  for (const rule of QUIRK_RULES) {
    if (!applies(rule, preset?.id, dialect, model)) continue;
    const lacks = [...new Set([...(quirks.lacks ?? []), ...(rule.quirks.lacks ?? [])])];
    quirks = { ...quirks, ...rule.quirks, ...(lacks.length > 0 ? { lacks } : {}) };
  }
  return quirks;
}

function applies(rule: QuirkRule, preset: string | undefined, dialect: ProviderDialect, model: string): boolean {
  if (!(rule.dialects ?? ['openai-chat']).includes(dialect)) return false;
  if (rule.presets !== undefined && (preset === undefined || !rule.presets.includes(preset))) return false;
  if (preset !== undefined && rule.except?.includes(preset)) return false;
  return rule.models === undefined || rule.models.test(model);
}

/** Claude models from 4.6 on think as they see fit and take an effort (docs.claude.com/en/build-with-claude/adaptive-thinking). */
export function takesEffort(model: string): boolean {
  return /claude-(?:(?:opus|sonnet|haiku|mythos|fable)-)?(?:4-[6-9]|[5-9])(?:\D|$)/.test(model);
}

/** Every experiment there is, and which of them a failure calls for. */
import type { Cause } from '../causes.ts';
import { causeWords } from '../diagnosis/causes/index.ts';
import type { ProbeId } from '../diagnosis/probes.ts';
import { probePlan } from '../providers/probe.ts';
import { among, CREDENTIAL_CAUSES } from './cause-groups.ts';
import type { Experiment } from './experiment.ts';
import { listModels, otherKeyByFreeCall, withoutOrganisationHeader } from './free-calls.ts';
import { headersSent, keyElsewhere, keyShape, limitHeaders, nearestModel } from './local.ts';
import { clock, dns, reach, tcp, tls } from './network.ts';
import { otherBaseUrl } from './other-base-url.ts';
import {
  minimalRequest,
  otherBaseReplay,
  otherKeyByReplay,
  otherModelReplay,
  repeat,
  withoutHeaderReplay,
} from './replays.ts';
import type { Subject } from './subject.ts';

/** The experiments as they are made for this subject: with the free call where that shows the fault, else with the request. */
export function experimentsFor(subject: Subject): readonly Experiment[] {
  return [
    keyShape,
    keyElsewhere,
    headersSent,
    limitHeaders,
    nearestModel,
    reach,
    dns,
    tcp,
    tls,
    clock,
    listModels,
    either(subject.practice ? withoutHeaderReplay : withoutOrganisationHeader, withoutHeaderReplay),
    either(showsInFreeCall(subject) ? otherKeyByFreeCall : otherKeyByReplay, otherKeyByReplay),
    either(subject.practice ? otherBaseReplay : otherBaseUrl, otherBaseReplay),
    otherModelReplay,
    minimalRequest,
    repeat,
  ];
}

/** A key that is refused is refused for any call; a missing right, a limit or spent credit shows with the request alone. */
function showsInFreeCall({ practice, capture, provider, preset }: Subject): boolean {
  if (practice || !provider || capture.cause === 'permission_missing') return false;
  if (!among(CREDENTIAL_CAUSES, capture.cause)) return false;
  const plan = probePlan(provider, preset);
  return plan.ok && plan.provesKey;
}

/** Made in one form, read in both: a person may have replayed the request with the same change. */
function either(made: Experiment, also: Experiment): Experiment {
  if (made === also) return made;
  return {
    ...made,
    read(subject, trials, tools) {
      const found = [made, also].flatMap((one) => one.read(subject, trials, tools) ?? []);
      return found.find(({ proves }) => proves !== undefined) ?? found[0];
    },
  };
}

const MOST_CAUSES = 3;

/** Probes that would tell these causes apart, those of the leading one first. */
export function proposedFor(causes: readonly Cause[]): ProbeId[] {
  return [...new Set(causes.slice(0, MOST_CAUSES).flatMap((cause) => causeWords[cause].probes as readonly ProbeId[]))];
}

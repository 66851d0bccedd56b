/** Every experiment there is, and which of them a failure calls for. */
import type { Cause } from '../causes.ts';
import { causeWords } from '../diagnosis/causes/index.ts';
import type { ProbeId } from '../diagnosis/probes.ts';
import { among, CREDENTIAL_CAUSES } from './cause-groups.ts';
import type { Experiment } from './experiment.ts';
import { listModels, otherBaseUrl, otherKeyByFreeCall, withoutOrganisationHeader } from './free-calls.ts';
import { headersSent, keyElsewhere, keyShape, limitHeaders, nearestModel } from './local.ts';
import { clock, dns, reach, tcp, tls } from './network.ts';
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
  const byCall =
    !subject.practice &&
    among(CREDENTIAL_CAUSES, subject.capture.cause) &&
    subject.capture.cause !== 'permission_missing';
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
    subject.practice ? withoutHeaderReplay : withoutOrganisationHeader,
    byCall ? otherKeyByFreeCall : otherKeyByReplay,
    subject.practice ? otherBaseReplay : otherBaseUrl,
    otherModelReplay,
    minimalRequest,
    repeat,
  ];
}

const MOST_CAUSES = 3;

/** Probes that would tell these causes apart, those of the leading one first. */
export function proposedFor(causes: readonly Cause[]): ProbeId[] {
  return [...new Set(causes.slice(0, MOST_CAUSES).flatMap((cause) => causeWords[cause].probes as readonly ProbeId[]))];
}

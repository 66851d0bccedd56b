/** Where the debugger stands: the playhead (how far it ran) and the step one looks at. Pure. */
export interface Playhead {
  /** Index of the last step that ran. */
  readonly at: number;
  /** Index of the step shown; may lie behind the playhead, or ahead of it to run there. */
  readonly chosen: number;
}

const within = (index: number, count: number) => Math.min(Math.max(index, 0), Math.max(count - 1, 0));

/** Looks at another step without running anything. */
export function look(head: Playhead, by: number, count: number): Playhead {
  return { ...head, chosen: within(head.chosen + by, count) };
}

/** One step on or back; the step one looks at goes along. */
export function step(head: Playhead, by: number, count: number): Playhead {
  const at = within(head.at + by, count);
  return { at, chosen: at };
}

export function runTo(index: number, count: number): Playhead {
  const at = within(index, count);
  return { at, chosen: at };
}

/** On to the next breakpoint, else to the end. */
export function runOn<S>(head: Playhead, stages: readonly S[], stops: readonly S[]): Playhead {
  const next = stages.findIndex((stage, index) => index > head.at && stops.includes(stage));
  return runTo(next < 0 ? stages.length - 1 : next, stages.length);
}

/** The scheme under which the system hands us links. */
export const LINK_SCHEME = 'keyward';

/**
 * The place in the app that a `keyward://` link names, or undefined when it names none. Any web page can make the
 * system open such a link, so it may lead somewhere and do nothing else: a closed list of places, ids by their shape.
 * Matched as written, not as a URL parser would mend it.
 */
export function placeOfLink(link: string): string | undefined {
  const match = /^keyward:\/\/(?:(home|keys|apps|requests)(?:\/([A-Za-z0-9_-]{1,64}))?\/?)?$/.exec(link);
  if (!match) return undefined;
  const [, place = 'home', id] = match;
  if (id !== undefined) return place === 'requests' ? `/requests/${id}` : undefined;
  return place === 'home' ? '/' : `/${place}`;
}

/** The first `keyward://` link among command-line words: how Windows and Linux pass links to a program. */
export function linkAmong(words: readonly string[]): string | undefined {
  return words.find((word) => word.startsWith(`${LINK_SCHEME}://`));
}

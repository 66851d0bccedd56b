/** The scheme under which the system hands us links. */
export const LINK_SCHEME = 'keyward';

/**
 * The place in the app that a `keyward://` link names, or undefined when it names none. Any web page can make the
 * system open such a link, so it may lead somewhere and do nothing else: a closed list of places, ids by their shape.
 */
export function placeOfLink(link: string): string | undefined {
  if (link.length > 256 || !URL.canParse(link)) return undefined;
  const { protocol, host, pathname, search, hash } = new URL(link);
  if (protocol !== `${LINK_SCHEME}:` || search !== '' || hash !== '') return undefined;
  // `keyward://requests/ID`: the first word is the host to a URL parser.
  const [place, id, ...rest] = `${host}${pathname}`.replace(/\/$/, '').split('/');
  if (rest.length > 0) return undefined;
  if (place === 'requests' && id !== undefined) return /^[A-Za-z0-9_-]{1,64}$/.test(id) ? `/requests/${id}` : undefined;
  if (id !== undefined) return undefined;
  if (place === '' || place === 'home') return '/';
  return place !== undefined && ['keys', 'apps', 'requests'].includes(place) ? `/${place}` : undefined;
}

/** The first `keyward://` link among command-line words: how Windows and Linux pass links to a program. */
export function linkAmong(words: readonly string[]): string | undefined {
  return words.find((word) => word.startsWith(`${LINK_SCHEME}://`));
}

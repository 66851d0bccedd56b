/** Scheme and host of our own screens. A standard scheme, so that they have an origin of their own. */
export const SCREENS_SCHEME = 'app';
export const SCREENS_ORIGIN = `${SCREENS_SCHEME}://keyward`;

/** The part of Electron's WebFrameMain that tells who is asking. */
export type Frame = { url: string; parent: unknown };

/**
 * Whether a frame may talk to the main process: the top frame of our own screens and nothing else. The gateway shows
 * text that strangers wrote (answers, errors, imported logs); should any of it ever bring a page or a frame to life in
 * our window, that page meets the same preload, and this is what stands between it and every stored key.
 * A frame that has gone away meanwhile (null) is a stranger too.
 */
export function isOurFrame(frame: Frame | null | undefined): boolean {
  return frame != null && frame.parent === null && isOurUrl(frame.url);
}

/** Whether a URL is one of our screens. Compared part by part: `app://keyward.evil/` begins like ours. */
export function isOurUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  return protocol === `${SCREENS_SCHEME}:` && host === 'keyward' && username === '' && password === '';
}

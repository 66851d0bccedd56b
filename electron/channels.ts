/** Names of what passes between the window and the main process; the preload is bundled with them. */

/** The one door: everything a window asks for is a request on this channel. */
export const REQUEST_CHANNEL = 'keyward:request';

/** Main → window: the MessagePort that carries the control interface. The preload passes it on under the same name. */
export const PORT_CHANNEL = 'keyward:port';

/** Main → window: show this place (a path such as `/requests/ID`). */
export const OPEN_CHANNEL = 'keyward:open';

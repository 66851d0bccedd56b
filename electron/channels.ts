/** Names of what passes between the window and the main process; the preload is bundled with them. */

/** The one door: everything a window asks for is a request on this channel. */
export const REQUEST_CHANNEL = 'keyward:request';

/** Main → window: the MessagePort that carries the control interface. */
export const PORT_CHANNEL = 'keyward:port';

/** Main → window: show the screen at this path (`/ui/requests/ID`). */
export const OPEN_CHANNEL = 'keyward:open';

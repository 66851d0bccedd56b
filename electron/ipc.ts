import { ipcMain, MessageChannelMain, type MessagePortMain } from 'electron';
import { z } from 'zod';
import { PORT_CHANNEL, REQUEST_CHANNEL } from './channels.ts';
import { isOurFrame } from './sender.ts';

/** Everything a window can ask for. What is not in here cannot be asked. */
const requestSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('connect') }),
  z.strictObject({ action: z.literal('open-external'), url: z.string().max(8192) }),
]);

/**
 * The one IPC entry. A request from any frame but our own top one, or of any other form, is refused before anything
 * happens; a `connect` is answered with a MessagePort that speaks the control interface.
 */
export function answerWindows(doors: {
  attachPort(port: MessagePortMain): Promise<void>;
  openExternal(url: string): boolean;
  onRefused(reason: string): void;
}): void {
  ipcMain.handle(REQUEST_CHANNEL, async (event, payload: unknown) => {
    const frame = event.senderFrame;
    if (!frame || !isOurFrame(frame)) {
      doors.onRefused('a frame that is not ours asked');
      throw new Error('Refused: only the Keyward window may ask.');
    }
    const request = requestSchema.safeParse(payload);
    if (!request.success) {
      doors.onRefused('a request of unknown form');
      throw new Error('Refused: no such request.');
    }
    if (request.data.action === 'open-external') {
      if (!doors.openExternal(request.data.url)) throw new Error('Refused: only https and mailto links are opened.');
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    await doors.attachPort(port1);
    port1.start();
    frame.postMessage(PORT_CHANNEL, null, [port2]);
  });
}

/** Where a replayed answer goes in place of a client's socket: it never asks for a pause, and hangs up where it is told to. */
import type { AnswerSink } from '../stages/respond.ts';

export class MemorySink implements AnswerSink {
  destroyed = false;
  headersSent = false;
  writableFinished = false;

  private onClose: (() => void) | undefined;

  once(event: 'close' | 'drain', listener: () => void) {
    if (event === 'close') this.onClose ??= listener;
    return this;
  }

  /** As the app did between two attempts, where nothing of an answer had come. */
  hangUp() {
    this.destroyed = true;
    this.onClose?.();
  }

  writeHead() {
    this.headersSent = true;
  }

  flushHeaders() {}

  write() {
    return true;
  }

  end() {
    this.writableFinished = true;
  }

  destroy() {
    this.destroyed = true;
  }
}

/** Where a replayed answer goes in place of a client's socket: it never asks for a pause and never hangs up. */
import type { AnswerSink } from '../stages/respond.ts';

export class MemorySink implements AnswerSink {
  destroyed = false;
  headersSent = false;
  writableFinished = false;

  once() {
    return this;
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

/**
 * Exchanges that are not over. A list with places that are used again, and no Map or Set: those copy their table every few
 * dozen changes, and an old table that has grown old keeps all that come after it, with what they hold, until the next full
 * collection. It was a third of all exchanges, and nine tenths of what the collector had to move.
 */
import type { Exchange } from '../exchange.ts';

export class RunningExchanges {
  private readonly exchanges: (Exchange | undefined)[] = [];
  /** Reading of the monotonic clock at the start; 0 once the exchange has a row. */
  private readonly rowlessSince: number[] = [];
  private readonly free: number[] = [];

  add(exchange: Exchange, nowMs: number): void {
    const place = exchange.runningPlace ?? this.free.pop() ?? this.exchanges.length;
    exchange.runningPlace = place;
    this.exchanges[place] = exchange;
    this.rowlessSince[place] = nowMs;
  }

  get(id: string): Exchange | undefined {
    return this.exchanges.find((exchange) => exchange?.id === id);
  }

  /** It is over; returns whether it had a row. Nothing happens for one that is not here. */
  end(exchange: Exchange): boolean {
    const place = exchange.runningPlace;
    if (place === undefined) return false;
    exchange.runningPlace = undefined;
    this.exchanges[place] = undefined;
    this.free.push(place);
    return this.rowlessSince[place] === 0;
  }

  /**
   * Calls back once for each that began at that time or before and has no row yet: it has one from then on. Returns
   * whether any of the later ones are waiting.
   */
  giveRows(begunBefore: number, give: (exchange: Exchange) => void): boolean {
    let waiting = false;
    for (let place = 0; place < this.exchanges.length; place += 1) {
      const exchange = this.exchanges[place];
      const since = this.rowlessSince[place] as number;
      if (!exchange || since === 0) continue;
      if (since > begunBefore) waiting = true;
      else {
        this.rowlessSince[place] = 0;
        give(exchange);
      }
    }
    return waiting;
  }
}

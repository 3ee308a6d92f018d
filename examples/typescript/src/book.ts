// The merchant's books: what was booked for each credit, how far each order was applied, and balances. The recipe is
// docs/crediting.md. A file stands for your database: it is written beside the old one and put in its place at once, so each
// version is applied as a whole or not at all. Only one copy of the program may use it; with a real database several may.
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";

import { Decimal } from "decimal.js";

import { type Credit, CreditState, type Trade, type TradeStatusChanged } from "../generated/skinbus/v1/trade_pb.js";

// Sums of money keep all their digits.
const Exact = Decimal.clone({ precision: 60, toExpNeg: -60, toExpPos: 60 });

type Booking = { user: string; currency: string; amount: string };

type Contents = {
  /** The consumer of these books alone, with which the server remembers what they have. */
  consumer: string;
  /** Versions that were shown, as text: JSON has no large integers. */
  seen: Record<string, string>;
  /** Versions that were applied. */
  applied: Record<string, string>;
  /** What is booked now, by account, order and key. */
  credits: Record<string, Booking>;
};

export class Book {
  #file: string;
  #contents: Contents;

  constructor(file: string) {
    this.#file = file;
    this.#contents = existsSync(file)
      ? JSON.parse(readFileSync(file, "utf8"))
      : { consumer: `crediting_${randomUUID()}`, seen: {}, applied: {}, credits: {} };
    this.#commit(this.#contents);
  }

  get consumer(): string {
    return this.#contents.consumer;
  }

  /** Whether this version of an order is news to whoever looks at the screen. */
  see(orderId: string, version: bigint): boolean {
    if (version <= BigInt(this.#contents.seen[orderId] ?? 0)) return false;
    const next = structuredClone(this.#contents);
    next.seen[orderId] = version.toString();
    this.#commit(next);
    return true;
  }

  /** Everything that a version says of credits: all of it, or nothing. */
  apply(change: TradeStatusChanged): string[] {
    const { orderId, version, trade } = change;
    if (!trade) throw new Error("a version without a trade");
    // A version that was applied, or overtaken.
    if (version <= BigInt(this.#contents.applied[orderId] ?? 0)) return [];
    const next = structuredClone(this.#contents);
    const steps: string[] = [];
    for (const credit of trade.credits) {
      const key = JSON.stringify([trade.account, orderId, credit.key]);
      const [booked, told] = [next.credits[key], toldBy(trade, credit)];
      if (booked && told && isEqual(booked, told)) continue;
      if (booked) {
        // What the row says, not what is told now.
        steps.push(`took back ${booked.amount} ${booked.currency} for ${booked.user}`);
        delete next.credits[key];
      }
      if (told) {
        steps.push(`booked ${told.amount} ${told.currency} for ${told.user}`);
        next.credits[key] = told;
      }
    }
    next.applied[orderId] = version.toString();
    this.#commit(next);
    return steps;
  }

  isCredited(orderId: string): boolean {
    return Object.keys(this.#contents.credits).some((key) => JSON.parse(key)[1] === orderId);
  }

  balances(): Booking[] {
    const sums = new Map<string, Booking>();
    for (const { user, currency, amount } of Object.values(this.#contents.credits)) {
      const key = JSON.stringify([user, currency]);
      const sum = new Exact(sums.get(key)?.amount ?? 0).plus(amount);
      sums.set(key, { user, currency, amount: sum.toString() });
    }
    return [...sums.values()];
  }

  #commit(next: Contents): void {
    const beside = `${this.#file}.new`;
    const file = openSync(beside, "w");
    writeSync(file, JSON.stringify(next));
    fsyncSync(file);
    closeSync(file);
    renameSync(beside, this.#file);
    this.#contents = next;
  }
}

/** What is to be booked: only what is CREDITED. PENDING may still be taken back, REVERSED was. */
function toldBy(trade: Trade, credit: Credit): Booking | undefined {
  switch (credit.state) {
    case CreditState.CREDITED: {
      const { order, metadata } = trade;
      const steamUser =
        order?.operation.case === "deposit" ? order.operation.value.user
        : order?.operation.case === "listing" ? order.operation.value.seller
        : undefined;
      const user = metadata["user"] || steamUser?.steamId;
      if (!user || !credit.amount?.currency) throw new Error("a credit without a user or a currency");
      const { currency, amount } = credit.amount;
      if (new Exact(amount).isNegative()) throw new Error("a credit below zero");
      return { user, currency, amount };
    }
    case CreditState.PENDING:
    case CreditState.REVERSED:
      return undefined;
    default:
      throw new Error("a state of a credit that this program is too old for; skipping it could lose a credit");
  }
}

function isEqual(one: Booking, other: Booking): boolean {
  return one.user === other.user && one.currency === other.currency && new Exact(one.amount).equals(other.amount);
}

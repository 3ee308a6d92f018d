// A merchant's program: buys an item for a user, takes a deposit of another, follows both to their end and credits the deposit
// once.
//
//     npm start -- --run 1001
//
// Kill it at any line and start it again with the same --run: it places the same orders, which buys nothing more, goes on watching
// where it was, and books nothing twice.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { fromBinary } from "@bufbuild/protobuf";
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";

import { TradeStatus } from "../generated/skinbus/v1/order_pb.js";
import { type TradeStatusChanged, TradeStatusChangedSchema } from "../generated/skinbus/v1/trade_pb.js";
import { Book } from "./book.js";

const STREAM = "TRADES";
// What is over, and what waits for somebody: a refused order, or a person who must decide.
const SETTLED = new Set([
  TradeStatus.REJECTED, TradeStatus.COMPLETED, TradeStatus.FAILED, TradeStatus.CANCELED, TradeStatus.EXPIRED,
  TradeStatus.REVERTED, TradeStatus.NEEDS_REVIEW,
]);

type Order = { order_id: string; account: string; [rest: string]: unknown };

/** Ids are yours: keep them before you ask, since they are what makes asking again safe. Amounts are text, never numbers. */
function orders(run: string): [Order, Order] {
  const user = { steam_id: "76561198000000042", trade_token: "AbCd_-12" };
  const purchase = {
    recipient: user, game: "GAME_RUST", offer_id: "88101", max_price: { currency: "USD", amount: "1.50" },
  };
  const deposit = {
    user: { steam_id: user.steam_id }, min_amount: { currency: "USD", amount: "5.00" }, currency: "USD",
  };
  return [
    { order_id: `${run}-buy`, account: "skinify_main", purchase },
    { order_id: `${run}-page`, account: "skinsback_main", metadata: { user: `alice-${run}` }, deposit },
  ];
}

/** The verdict is no: nothing is bought under this request. */
class Refused extends Error {}

/** Asks until there is a verdict. No answer is not a no: ask again with the same id and content, never with a new id. */
async function place(client: NatsConnection, merchant: string, order: Order, patienceMs = 60_000): Promise<void> {
  const json = headers();
  json.set("Content-Type", "application/json");
  const deadline = Date.now() + patienceMs;
  let problem: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await client.request(`skinbus.v1.place.${merchant}`, JSON.stringify(order), { headers: json, timeout: 5_000 });
      const code = answer.headers?.get("Nats-Service-Error-Code");
      if (code === "400") throw new Refused(answer.headers?.get("Nats-Service-Error"));
      if (!code) {
        const receipt = answer.json<{ violations?: unknown[] }>();
        if (receipt.violations?.length) throw new Refused(JSON.stringify(receipt.violations));
        return;
      }
      problem = code;
    } catch (error) {
      if (error instanceof Refused) throw error;
      problem = error;
    }
    await sleep(500);
  }
  throw new Error(`no verdict on ${order.order_id}; place it again later, with the same id`, { cause: problem });
}

class Merchant {
  readonly #client: NatsConnection;
  readonly #merchant: string;
  readonly #isSecured: boolean;
  readonly #book: Book;

  constructor(client: NatsConnection, merchant: string, isSecured: boolean, book: Book) {
    this.#client = client;
    this.#merchant = merchant;
    this.#isSecured = isSecured;
    this.#book = book;
  }

  // A merchant's user has an account of its own, in which the JetStream API has another name.
  get #api() {
    return { apiPrefix: this.#isSecured ? "skinbus.js" : "$JS.API" };
  }

  /** Follows an order until it is settled. Of two versions the greater is right; each has the whole trade. */
  async watch(orderId: string): Promise<string> {
    const subject = `skinbus.v1.status.${this.#merchant}.${orderId}`;
    const manager = await jetstreamManager(this.#client, { ...this.#api, checkAPI: false });
    const changes: TradeStatusChanged[] = [];
    let wake = () => {};
    const tell = (bytes: Uint8Array) => {
      changes.push(fromBinary(TradeStatusChangedSchema, bytes));
      wake();
    };
    const subscription = this.#client.subscribe(subject, { callback: (error, message) => error ? wake() : tell(message.data) });
    // Read after subscribing, and now and then: what came while the connection was away is in the newest version.
    const readNewest = async () => {
      const newest = await manager.direct.getMessage(STREAM, { last_by_subj: subject });
      if (newest) tell(newest.data);
    };
    await this.#client.flush();
    await readNewest();
    const timer = setInterval(() => readNewest().catch(() => {}), 5_000);
    for (;;) {
      for (let change = changes.shift(); change; change = changes.shift()) {
        const status = TradeStatus[change.to] ?? "UNKNOWN";
        // Versions that were told before this program was started again are not told twice.
        if (this.#book.see(orderId, change.version)) console.log(`${orderId} version ${change.version}: ${status}`);
        if (SETTLED.has(change.to)) {
          clearInterval(timer);
          subscription.unsubscribe();
          return status;
        }
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  /** Books what every version says, and acknowledges after that, until an order has a credit. */
  async credit(until: string): Promise<void> {
    const consumer = this.#isSecured ? `merchant-${this.#merchant}` : this.#book.consumer;
    if (!this.#isSecured) {
      // On an open server everybody makes their own.
      const manager = await jetstreamManager(this.#client, this.#api);
      await manager.consumers.add(STREAM, {
        durable_name: consumer,
        filter_subject: `skinbus.v1.status.${this.#merchant}.>`,
        deliver_policy: DeliverPolicy.All,
        ack_policy: AckPolicy.Explicit,
        ack_wait: 5_000_000_000,
      });
    }
    const pull = await jetstream(this.#client, { ...this.#api }).consumers.get(STREAM, consumer);
    while (!this.#book.isCredited(until)) {
      for await (const message of await pull.fetch({ max_messages: 100, expires: 2_000 })) {
        const change = fromBinary(TradeStatusChangedSchema, message.data);
        for (const step of this.#book.apply(change)) console.log(step);
        message.ack();
        if (this.#book.isCredited(until) && message.info.pending === 0) break;
      }
    }
    // So that no acknowledgement is left behind.
    await this.#client.flush();
  }
}

const { values: options } = parseArgs({
  options: {
    nats: { type: "string", default: "nats://127.0.0.1:4222" },
    merchant: { type: "string", default: "acme" },
    nkey: { type: "string" },
    ca: { type: "string" },
    run: { type: "string" },
    database: { type: "string", default: "merchant.json" },
  },
});
if (!options.run) throw new Error("--run: what order ids begin with");

const client = await connect({
  servers: options.nats.split(","),
  maxReconnectAttempts: -1,
  ...(options.nkey ? { authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(options.nkey, "utf8").trim())) } : {}),
  ...(options.ca ? { tls: { caFile: options.ca } } : {}),
});
const book = new Book(options.database);
const merchant = new Merchant(client, options.merchant, options.nkey !== undefined, book);
const placed = orders(options.run);
for (const order of placed) {
  await place(client, options.merchant, order);
  console.log(`${order.order_id} placed`);
}
for (const { order_id } of placed) console.log(`${order_id} ended: ${await merchant.watch(order_id)}`);
// A credit may come long after an order has ended, and a real program never stops here.
await merchant.credit(placed[1].order_id);
for (const { user, currency, amount } of book.balances()) console.log(`balance of ${user}: ${amount} ${currency}`);
await client.close();

"""A merchant's program: buys an item for a user, takes a deposit of another, follows both to their end and credits the deposit once.

    python merchant.py --run 1001

Kill it at any line and start it again with the same --run: it places the same orders, which buys nothing more, goes on watching
where it was, and books nothing twice.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

import nats
from nats.errors import NoRespondersError, TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError

# Made of proto/skinbus/v1 by protoc, see README.md.
sys.path.insert(0, str(Path(__file__).parent / "generated"))
from skinbus.v1.order_pb2 import TradeStatus  # noqa: E402
from skinbus.v1.trade_pb2 import TradeStatusChanged  # noqa: E402

from book import Book  # noqa: E402

STREAM = "TRADES"
# What is over, and what waits for somebody: a refused order, or a person who must decide.
SETTLED = {"REJECTED", "COMPLETED", "FAILED", "CANCELED", "EXPIRED", "REVERTED", "NEEDS_REVIEW"}


def orders(run: str) -> list[dict]:
    """Ids are yours: keep them before you ask, since they are what makes asking again safe. Amounts are text, never floats."""
    user = {"steam_id": "76561198000000042", "trade_token": "AbCd_-12"}
    return [
        {"order_id": f"{run}-buy", "account": "skinify_main", "purchase": {
            "recipient": user, "game": "GAME_RUST", "offer_id": "88101",
            "max_price": {"currency": "USD", "amount": "1.50"}}},
        {"order_id": f"{run}-page", "account": "skinsback_main", "metadata": {"user": f"alice-{run}"}, "deposit": {
            "user": {"steam_id": user["steam_id"]},
            "min_amount": {"currency": "USD", "amount": "5.00"}, "currency": "USD"}},
    ]


class Refused(Exception):
    """The verdict is no: nothing is bought under this request."""


async def place(client, merchant: str, order: dict, patience: float = 60) -> dict:
    """Asks until there is a verdict. No answer is not a no: ask again with the same id and content, never with a new id."""
    async with asyncio.timeout(patience):
        while True:
            try:
                answer = await client.request(f"skinbus.v1.place.{merchant}", json.dumps(order).encode(), timeout=5,
                                              headers={"Content-Type": "application/json"})
            except (NatsTimeoutError, NoRespondersError):
                await asyncio.sleep(0.5)
                continue
            code = (answer.headers or {}).get("Nats-Service-Error-Code")
            if code == "400":
                raise Refused(answer.headers.get("Nats-Service-Error"))
            if code:
                await asyncio.sleep(0.5)
                continue
            receipt = json.loads(answer.data)
            if receipt.get("violations"):
                raise Refused(receipt["violations"])
            return receipt


class Merchant:
    def __init__(self, options):
        self.merchant, self.nkey = options.merchant, options.nkey
        self.url, self.ca = options.nats, options.ca
        # A merchant's user has an account of its own, in which the JetStream API has another name, and a consumer that is
        # there already. On an open server everybody makes their own.
        self.prefix = "skinbus.js" if options.nkey else "$JS.API"
        self.book = Book(options.database)

    async def connect(self):
        options = {"max_reconnect_attempts": -1}
        if self.nkey:
            options["nkeys_seed"] = self.nkey
        if self.ca:
            import ssl
            options["tls"] = ssl.create_default_context(cafile=self.ca)
        self.client = await nats.connect(self.url, **options)
        self.jetstream = self.client.jetstream(prefix=self.prefix)

    async def watch(self, order_id: str) -> str:
        """Follows an order until it is settled. Of two versions the greater is right; each has the whole trade."""
        subject = f"skinbus.v1.status.{self.merchant}.{order_id}"
        live: asyncio.Queue = asyncio.Queue()
        subscription = await self.client.subscribe(subject, cb=live.put)
        await self.client.flush()
        # Read after subscribing, and now and then: what came while the connection was away is in the newest version.
        await live.put(await self.newest(subject))
        while True:
            try:
                message = await asyncio.wait_for(live.get(), timeout=5)
            except asyncio.TimeoutError:
                message = await self.newest(subject)
            if message is None:
                continue
            change = TradeStatusChanged.FromString(message.data)
            status = TradeStatus.Name(change.to).removeprefix("TRADE_STATUS_")
            # Versions that were told before this program was started again are not told twice.
            if self.book.see(order_id, change.version):
                print(f"{order_id} version {change.version}: {status}", flush=True)
            if status in SETTLED:
                await subscription.unsubscribe()
                return status

    async def newest(self, subject: str):
        """The newest version of an order; None where there is none yet, or the server is away."""
        try:
            return await self.jetstream.get_last_msg(STREAM, subject, direct=True)
        except (NotFoundError, NatsTimeoutError, NoRespondersError):
            return None

    async def credit(self, until: str):
        """Books what every version says, in one transaction, and acknowledges after that, until an order has a credit."""
        if self.nkey:
            consumer = f"merchant-{self.merchant}"
        else:
            # Its name is in the database that it is for: two databases must not share one.
            consumer = self.book.consumer()
            await self.jetstream.add_consumer(STREAM, ConsumerConfig(
                durable_name=consumer, filter_subject=f"skinbus.v1.status.{self.merchant}.>",
                ack_policy=AckPolicy.EXPLICIT, ack_wait=5))
        pull = await self.jetstream.pull_subscribe_bind(consumer, STREAM)
        while not self.book.is_credited(until):
            try:
                messages = await pull.fetch(100, timeout=2)
            except (NatsTimeoutError, NoRespondersError):
                continue  # Nothing came, or the server is away.
            for message in messages:
                change = TradeStatusChanged.FromString(message.data)
                for step in self.book.apply(change):
                    print(step, flush=True)
                await message.ack()
        await pull.unsubscribe()


async def main(options):
    merchant = Merchant(options)
    await merchant.connect()
    placed = orders(options.run)
    for order in placed:
        receipt = await place(merchant.client, options.merchant, order)
        print(f"{receipt['order_id']} placed", flush=True)
    purchase, page = (order["order_id"] for order in placed)
    for order_id in (purchase, page):
        print(f"{order_id} ended: {await merchant.watch(order_id)}", flush=True)
    # A credit may come long after an order has ended, and a real program never stops here.
    await merchant.credit(until=page)
    for user, currency, amount in merchant.book.balances():
        print(f"balance of {user}: {amount} {currency}", flush=True)
    await merchant.client.close()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nats", default="nats://127.0.0.1:4222", help="where NATS is")
    parser.add_argument("--merchant", default="acme")
    parser.add_argument("--nkey", help="the file with the nkey seed of your NATS user, where NATS asks for one")
    parser.add_argument("--ca", help="the certificates of the authority that NATS is believed for")
    parser.add_argument("--run", required=True, help="what order ids begin with")
    parser.add_argument("--database", default="merchant.db")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(arguments()))

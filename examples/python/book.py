"""The merchant's database: what was booked for each credit, how far each order was applied, and balances.

The recipe is docs/crediting.md. Amounts are text here, since SQLite's numbers are floats; elsewhere, NUMERIC is exact.
"""

import sqlite3
import uuid
from decimal import Decimal

from skinbus.v1.trade_pb2 import CreditState

TABLES = """
CREATE TABLE IF NOT EXISTS consumer (name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen     (order_id TEXT PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders   (order_id TEXT PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS credits  (account TEXT, order_id TEXT, key TEXT, user TEXT NOT NULL, currency TEXT NOT NULL,
                                     amount TEXT NOT NULL, is_booked INTEGER NOT NULL, PRIMARY KEY (account, order_id, key));
CREATE TABLE IF NOT EXISTS balances (user TEXT, currency TEXT, amount TEXT NOT NULL, PRIMARY KEY (user, currency));
"""


class Book:
    def __init__(self, file: str):
        self.database = sqlite3.connect(file, isolation_level=None, timeout=10)
        self.database.executescript(TABLES)

    def consumer(self) -> str:
        """The name of this database's own consumer, with which the server remembers what this database has."""
        self.database.execute("INSERT INTO consumer SELECT ? WHERE NOT EXISTS (SELECT 1 FROM consumer)",
                              [f"crediting_{uuid.uuid4().hex}"])
        return self.database.execute("SELECT name FROM consumer").fetchone()[0]

    def see(self, order_id: str, version: int) -> bool:
        """Whether this version of an order is news to whoever looks at the screen."""
        return self.database.execute(
            "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version "
            "WHERE seen.version < excluded.version", [order_id, version]).rowcount == 1

    def apply(self, change) -> list[str]:
        """Everything that a version says of credits, in one transaction: all of it, or nothing."""
        # Takes the write lock before anything is read, also against another copy of this program.
        self.database.execute("BEGIN IMMEDIATE")
        try:
            steps = self._apply(change)
            self.database.execute("COMMIT")
            return steps
        except BaseException:
            self.database.execute("ROLLBACK")
            raise

    def _apply(self, change) -> list[str]:
        applied = self.database.execute(
            "INSERT INTO orders VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version "
            "WHERE orders.version < excluded.version", [change.order_id, change.version]).rowcount
        if not applied:
            return []  # A version that was applied, or overtaken.
        steps = []
        for credit in change.trade.credits:
            key = [change.trade.account, change.order_id, credit.key]
            booked = self.database.execute(
                "SELECT user, currency, amount FROM credits WHERE account = ? AND order_id = ? AND key = ? AND is_booked",
                key).fetchone()
            told = self._told(change.trade, credit)
            if booked and (told is None or self._exact(booked) != self._exact(told)):
                steps.append(self._change(key, booked, -1))  # What the row says, not what is told now.
                booked = None
            if told and not booked:
                steps.append(self._change(key, told, 1))
        return steps

    def _told(self, trade, credit):
        """What is to be booked: only what is CREDITED. PENDING may still be taken back, REVERSED was."""
        if credit.state == CreditState.CREDIT_STATE_CREDITED:
            user = trade.metadata.get("user") or trade.order.deposit.user.steam_id or trade.order.listing.seller.steam_id
            if not user or not credit.amount.currency:
                raise ValueError("a credit without a user or a currency")
            return user, credit.amount.currency, credit.amount.amount
        if credit.state in (CreditState.CREDIT_STATE_PENDING, CreditState.CREDIT_STATE_REVERSED):
            return None
        raise ValueError("a state of a credit that this program is too old for; skipping it could lose a credit")

    @staticmethod
    def _exact(booking):
        user, currency, amount = booking
        return user, currency, Decimal(amount)

    def _change(self, key, booking, sign: int) -> str:
        user, currency, amount = booking
        self.database.execute("INSERT OR REPLACE INTO credits VALUES (?, ?, ?, ?, ?, ?, ?)",
                              [*key, user, currency, amount, sign > 0])
        row = self.database.execute("SELECT amount FROM balances WHERE user = ? AND currency = ?",
                                    [user, currency]).fetchone()
        balance = Decimal(row[0] if row else 0) + sign * Decimal(amount)
        self.database.execute("INSERT OR REPLACE INTO balances VALUES (?, ?, ?)", [user, currency, format(balance, "f")])
        return f"{'booked' if sign > 0 else 'took back'} {amount} {currency} for {user}"

    def is_credited(self, order_id: str) -> bool:
        return bool(self.database.execute("SELECT 1 FROM credits WHERE order_id = ? AND is_booked", [order_id]).fetchone())

    def balances(self) -> list[tuple]:
        return self.database.execute("SELECT user, currency, amount FROM balances ORDER BY user, currency").fetchall()

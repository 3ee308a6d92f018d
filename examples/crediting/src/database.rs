//! The merchant's database. Everything that one message changes is one transaction.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use skinbus_client::Decimal;
use skinbus_client::credits::{Booking, CreditBook, CreditKey, Step, Told, is_new, steps};

use crate::Problem;

/// Amounts are text: SQLite's own numbers are floats. Elsewhere, `NUMERIC` is exact.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS consumers (merchant TEXT PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS orders (
        merchant TEXT, order_id TEXT, version INTEGER NOT NULL, PRIMARY KEY (merchant, order_id));
    CREATE TABLE IF NOT EXISTS credits (
        account TEXT, order_id TEXT, key TEXT,
        user TEXT NOT NULL, currency TEXT NOT NULL, amount TEXT NOT NULL, is_booked INTEGER NOT NULL,
        PRIMARY KEY (account, order_id, key));
    CREATE TABLE IF NOT EXISTS balances (
        user TEXT, currency TEXT, amount TEXT NOT NULL, PRIMARY KEY (user, currency));";

/// How long one copy of the program waits while another writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Balances, what was booked for each credit, and how far each order was followed. Several processes may have it open.
pub struct Database {
    connection: Connection,
}

impl Database {
    /// Opens the database, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// Where it cannot be opened or is none.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        let transaction = begin(&mut connection)?;
        transaction.execute_batch(TABLES)?;
        transaction.commit()?;
        Ok(Self { connection })
    }

    /// The name of this database's own consumer. The server keeps there what was acknowledged, which is true of this
    /// database only: another one, or a new one in place of one that was lost, must see every message again.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub fn consumer(&mut self, merchant: &str) -> Result<String, Problem> {
        let transaction = begin(&mut self.connection)?;
        transaction.execute(
            "INSERT INTO consumers VALUES (?1, 'crediting_' || ?1 || '_' || lower(hex(randomblob(8))))
             ON CONFLICT DO NOTHING",
            [merchant],
        )?;
        let name =
            transaction
                .query_one("SELECT name FROM consumers WHERE merchant = ?1", [merchant], |row| row.get(0))?;
        transaction.commit()?;
        Ok(name)
    }

    /// Every balance, by user and currency.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub fn balances(&self) -> Result<Vec<Booking>, Problem> {
        let mut all =
            self.connection.prepare("SELECT user, currency, amount FROM balances ORDER BY user, currency")?;
        let rows = all.query_map([], texts)?;
        rows.map(|row| read(row?)).collect()
    }
}

impl CreditBook for Database {
    type Error = Problem;

    /// All of it, or nothing.
    async fn apply(&mut self, told: &Told) -> Result<Vec<(CreditKey, Step)>, Problem> {
        // Takes the write lock before anything is read: what is decided on cannot change until the commit.
        let transaction = begin(&mut self.connection)?;
        let mut made = Vec::new();
        if !is_new(told.version, applied(&transaction, told)?) {
            return Ok(made);
        }
        for (key, wanted) in &told.credits {
            for step in steps(booked(&transaction, key)?, wanted.clone()) {
                make(&transaction, key, &step)?;
                made.push((key.clone(), step));
            }
        }
        transaction.execute(
            "INSERT INTO orders VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET version = excluded.version",
            params![told.merchant, told.order_id, i64::try_from(told.version)?],
        )?;
        transaction.commit()?;
        Ok(made)
    }
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// The greatest version of an order that was applied.
fn applied(transaction: &Transaction<'_>, told: &Told) -> Result<Option<u64>, Problem> {
    let version: Option<i64> = transaction
        .query_row(
            "SELECT version FROM orders WHERE merchant = ?1 AND order_id = ?2",
            [&told.merchant, &told.order_id],
            |row| row.get(0),
        )
        .optional()?;
    Ok(version.map(u64::try_from).transpose()?)
}

/// What is booked under a key now.
fn booked(
    transaction: &Transaction<'_>,
    CreditKey { account, order_id, key }: &CreditKey,
) -> Result<Option<Booking>, Problem> {
    let row = transaction
        .query_row(
            "SELECT user, currency, amount FROM credits
             WHERE account = ?1 AND order_id = ?2 AND key = ?3 AND is_booked",
            [account, order_id, key],
            texts,
        )
        .optional()?;
    row.map(read).transpose()
}

/// Changes the row of the credit and the balance of its user.
fn make(transaction: &Transaction<'_>, key: &CreditKey, step: &Step) -> Result<(), Problem> {
    let (booking, change, is_booked) = match step {
        Step::Book(booking) => (booking, booking.amount, true),
        Step::TakeBack(booking) => (booking, -booking.amount, false),
    };
    let CreditKey { account, order_id, key } = key;
    let Booking { user, currency, amount } = booking;
    transaction.execute(
        "INSERT INTO credits VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET user = ?4, currency = ?5, amount = ?6, is_booked = ?7",
        params![account, order_id, key, user, currency, amount.to_string(), is_booked],
    )?;
    let before: Option<String> = transaction
        .query_row("SELECT amount FROM balances WHERE user = ?1 AND currency = ?2", [user, currency], |row| {
            row.get(0)
        })
        .optional()?;
    let before = before.map_or(Ok(Decimal::ZERO), |text| Decimal::from_str_exact(&text))?;
    // May be below zero: the user has spent what is now taken back.
    let after = before.checked_add(change).ok_or("a balance is too great for this program")?;
    transaction.execute(
        "INSERT INTO balances VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET amount = excluded.amount",
        params![user, currency, after.to_string()],
    )?;
    Ok(())
}

fn texts(row: &Row<'_>) -> rusqlite::Result<[String; 3]> {
    Ok([row.get(0)?, row.get(1)?, row.get(2)?])
}

fn read([user, currency, amount]: [String; 3]) -> Result<Booking, Problem> {
    Ok(Booking { user, currency, amount: Decimal::from_str_exact(&amount)? })
}

//! Many open trades at one Skinout account, written into the ledger as if they had been there for hours; and a provider that
//! knows all of them and remembers who asked when.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use skinbus_domain::ids::{Reference, TradeKey};
use skinbus_domain::order::{Game, Item, Operation, Order, Purchase, SteamUser};
use skinbus_domain::trade::{Attempt, StatusChange};
use skinbus_domain::{Cause, Currency, Money, ProviderFacts, Trade, TradeState};
use skinbus_proto::{Message, status_change_to_proto};
use skinbus_tests::Merchant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::provider::complete;

pub(crate) const ACCOUNT: &str = "skinout_main";
const STEAM_ID: &str = "76561198000000042";
/// Appends on their way at the same time.
const APPENDS: usize = 512;

/// The provider: every trade has its offer out, but for those that the user accepted.
#[derive(Default)]
pub(crate) struct Provider {
    seen: Mutex<Seen>,
}

/// What came in.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) requests: u64,
    /// When each trade was asked about.
    pub(crate) looks: BTreeMap<String, Vec<Instant>>,
    accepted: BTreeSet<String>,
}

impl Provider {
    pub(crate) async fn start() -> (SocketAddr, Arc<Self>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let provider = Arc::new(Self::default());
        let shared = Arc::clone(&provider);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                connection.set_nodelay(true).unwrap();
                tokio::spawn(Arc::clone(&shared).serve(connection));
            }
        });
        (address, provider)
    }

    pub(crate) fn seen<T>(&self, read: impl FnOnce(&mut Seen) -> T) -> T {
        read(&mut self.seen.lock().unwrap())
    }

    /// The user takes the item, and nothing can be taken back any more.
    pub(crate) fn accept(&self, order_id: &str) {
        self.seen(|seen| seen.accepted.insert(order_id.to_owned()));
    }

    async fn serve(self: Arc<Self>, mut connection: TcpStream) {
        let mut buffer = Vec::with_capacity(4096);
        loop {
            buffer.clear();
            while complete(&buffer).is_none() {
                match connection.read_buf(&mut buffer).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
            }
            let line = std::str::from_utf8(&buffer).unwrap().lines().next().unwrap().to_owned();
            let answer = self.answer(&line);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            if connection.write_all(format!("{head}{answer}").as_bytes()).await.is_err() {
                return;
            }
        }
    }

    /// To `GET /api/withdraw/status?…payment_id=a,b,c`.
    fn answer(&self, line: &str) -> String {
        let query = line.split(' ').nth(1).unwrap().split('?').nth(1).unwrap_or_default();
        let ids = query.split('&').find_map(|field| field.strip_prefix("payment_id=")).unwrap();
        let now = Instant::now();
        let rows = self.seen(|seen| {
            seen.requests += 1;
            let row = |id: &str| {
                seen.looks.entry(id.to_owned()).or_default().push(now);
                let status =
                    if seen.accepted.contains(id) { r#"accepted","time_settlement":"1700000000"# } else { "sent" };
                format!(
                    r#"{{"payment_id":"{id}","transaction_id":"1{}","steamid":"{STEAM_ID}","time":"1760000400","status":"{status}","amount":41,"trade_id":"8123000111","skin":{{"name":"P250 | Sand Dune (Field-Tested)","price":41}}}}"#,
                    &id[2..]
                )
            };
            ids.split("%2C").flat_map(|ids| ids.split(',')).map(row).collect::<Vec<_>>()
        });
        format!(r#"{{"success":true,"items":[{}]}}"#, rows.join(","))
    }
}

pub(crate) fn order_id(number: usize) -> String {
    format!("t-{number:06}")
}

/// Writes so many trades into the ledger, each with its offer out for so long.
pub(crate) async fn write(merchant: &Merchant, trades: usize, age: Duration) {
    let recorded_at = Timestamp::now() - age;
    let written = stream::iter(0..trades).map(|number| async move {
        let order_id = order_id(number);
        let change = status_change_to_proto(&change(&order_id, recorded_at));
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Content-Type", "application/x-protobuf");
        headers.insert("Skinbus-Schema", "skinbus.v1.TradeStatusChanged");
        let subject = format!("skinbus.v1.append.acme.{order_id}");
        let stored =
            merchant.jetstream().publish_with_headers(subject, headers, change.encode_to_vec().into());
        stored.await.unwrap().await.unwrap();
    });
    written.buffer_unordered(APPENDS).collect::<()>().await;
}

fn change(order_id: &str, recorded_at: Timestamp) -> StatusChange {
    let key = TradeKey { merchant: "acme".parse().unwrap(), order_id: order_id.parse().unwrap() };
    let reference = Reference::of(&key.order_id);
    let price = Money::parse(Currency::USD, "0.041").unwrap();
    let purchase = Purchase {
        recipient: SteamUser {
            steam_id: STEAM_ID.parse().unwrap(),
            trade_token: Some("AbCd_-12".parse().unwrap()),
        },
        game: Some(Game::Cs2),
        item: Item::Offer("88112".to_owned()),
        max_price: price,
    };
    let trade = Trade {
        key,
        fingerprint: [7; 32],
        metadata: BTreeMap::new(),
        order: Some(Order {
            account: ACCOUNT.parse().unwrap(),
            provider: "skinout".to_owned(),
            operation: Operation::Purchase(purchase),
            expires_at: None,
        }),
        accepted_at: Some(recorded_at),
        state: TradeState::OfferSent,
        status_since: recorded_at,
        is_stuck: true,
        ended_as_of: None,
        attempt: Some(Attempt { number: 1, reference, lease_until: recorded_at }),
        facts: ProviderFacts {
            provider_id: Some(format!("1{}", &order_id[2..])),
            offer_id: Some("8123000111".to_owned()),
            price_paid: Some(price),
            item_name: Some("P250 | Sand Dune (Field-Tested)".to_owned()),
            provider_status: Some("sent".to_owned()),
            ..ProviderFacts::default()
        },
        credits: Vec::new(),
    };
    StatusChange {
        version: 1,
        from: None,
        cause: Cause::Dispatch,
        occurred_at: None,
        recorded_at,
        trade,
        alerts: Vec::new(),
        decision: None,
    }
}

//! A merchant's side of Skinbus: place orders, watch them, credit users exactly once.
//!
//! For programs of merchants. It has no part of the services in it: it speaks to NATS with the rights of a merchant's user
//! (`docs/nats.md`), and to an open server for development in the same way.
//!
//! | you want | take | what holds |
//! | --- | --- | --- |
//! | an order placed, and the verdict at once | [`Client::place_until_known`] | asking again buys nothing more |
//! | an order stored, the verdict later | [`Client::publish`] | the same |
//! | an order followed to its end | [`Client::until_settled`] | |
//! | one order, or some, as they change | [`Client::watch`], [`Client::watch_many`] | versions only grow, and the newest always comes |
//! | every version of every order | [`Client::watch_all`] | each is delivered until you acknowledged it |
//! | users credited | [`Client::credits`] | each credit is booked once, in your own transaction |
//! | how an order stands | [`Client::current`] | the newest version has the whole trade |
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use skinbus_client::v1::{Game, OrderRequest, Purchase, SteamUser, order_request::Operation, purchase::Item};
//! use skinbus_client::{Client, Options, money};
//!
//! # async fn buy() -> Result<(), Box<dyn std::error::Error>> {
//! // With users and rights: Options::secured(url, "acme", Identity::NkeySeedFile("keys/merchant-acme.nk".into())).
//! let client = Client::connect(Options::open("nats://127.0.0.1:4222", "acme")).await?;
//! let purchase = Purchase {
//!     recipient: Some(SteamUser { steam_id: "76561198000000042".into(), trade_token: "AbCd_-12".into() }),
//!     game: Game::Rust.into(),
//!     item: Some(Item::OfferId("88101".into())),
//!     max_price: Some(money("USD", "1.50")?),
//! };
//! let order = OrderRequest {
//!     // Your own id. Keep it before you ask: it is what makes asking again safe.
//!     order_id: "wd-1001".into(),
//!     account: "skinify_main".into(),
//!     operation: Some(Operation::Purchase(purchase)),
//!     ..OrderRequest::default()
//! };
//! let receipt = client.place_until_known(&order, Duration::from_secs(30)).await?;
//! let end = client.until_settled(&receipt.order_id, receipt.version).await?;
//! println!("{}: {}", end.order_id, end.to().as_str_name());
//! # Ok(())
//! # }
//! ```
//!
//! **No answer is not a no.** [`PlaceError::Unknown`] says that nobody knows whether the order was taken. Ask again with the
//! same `order_id` and the same content, and you get the verdict; never take a new id for it.
//!
//! What is received has no trade token of a user in it, and no error quotes an order.

mod connection;
pub mod credits;
mod feed;
mod money;
mod options;
mod place;
mod read;
mod watch;

pub use connection::{Client, ConnectError};
pub use feed::{Delivery, Durable, Feed, FeedError};
pub use money::{InvalidMoney, money};
pub use options::{Identity, Options};
pub use place::{PlaceError, PublishError, Receipt};
pub use read::{ReadError, is_settled};
pub use rust_decimal::Decimal;
pub use skinbus_domain::ids::InvalidId;
pub use skinbus_proto::v1;
pub use watch::{Update, Watch};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

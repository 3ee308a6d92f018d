//! Arguments of the questions to providers.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};
use skinbus_domain::ids::AccountId;

use super::order::{GameName, UserArguments};

/// Rows that are enough for a look.
const ROWS_USUAL: &str = "50";

#[derive(Subcommand)]
pub(crate) enum QueryCommand {
    /// A user's items, with what the provider gives for them
    Inventory(InventoryArguments),
    /// The provider's price list
    Prices(WholeListArguments),
    /// Prices of Steam's own market, as the provider knows them
    SteamPrices(WholeListArguments),
    /// What is for sale under these names
    Search(SearchArguments),
    /// Single items that are for sale
    Offers(OffersArguments),
    /// The account's money at the provider
    Balance(QueryArguments),
    /// The currencies that prices may be shown in
    Currencies(QueryArguments),
    /// Whether the provider serves
    Status(QueryArguments),
    /// What the provider has on record
    History(HistoryArguments),
    /// Webhooks that the provider could not deliver
    FailedWebhooks(FailedWebhooksArguments),
    /// What the provider says about trades
    Lookup(LookupArguments),
}

/// Who is asked, and for whom the answer is.
#[derive(Args)]
pub(crate) struct QueryArguments {
    /// The account whose provider is asked
    #[arg(long)]
    pub(crate) account: AccountId,
    /// Print JSON, an object a line for each page of the answer
    #[arg(long)]
    pub(crate) json: bool,
}

/// How much of a list is wanted.
#[derive(Args)]
pub(crate) struct RowArguments {
    /// Most rows to show; pages in JSON are whole, and may have some more
    #[arg(long, value_name = "COUNT", default_value = ROWS_USUAL, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// Show everything
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,
}

impl RowArguments {
    /// Most rows; `None` for everything.
    pub(crate) fn most(&self) -> Option<usize> {
        (!self.all).then(|| usize::try_from(self.limit).unwrap_or(usize::MAX))
    }
}

#[derive(Args)]
pub(crate) struct InventoryArguments {
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    #[command(flatten)]
    pub(crate) user: UserArguments,
    #[arg(long)]
    pub(crate) game: GameName,
    /// What prices are shown in, where the provider lets one choose
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    #[command(flatten)]
    pub(crate) rows: RowArguments,
}

#[derive(Args)]
pub(crate) struct WholeListArguments {
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    #[arg(long)]
    pub(crate) game: GameName,
    #[command(flatten)]
    pub(crate) rows: RowArguments,
}

#[derive(Args)]
pub(crate) struct SearchArguments {
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    #[arg(long)]
    pub(crate) game: GameName,
    /// Steam's name of an item; may be given several times
    #[arg(long, required = true)]
    pub(crate) name: Vec<String>,
    #[command(flatten)]
    pub(crate) rows: RowArguments,
}

#[derive(Args)]
pub(crate) struct OffersArguments {
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    #[arg(long)]
    pub(crate) game: GameName,
    /// This offer only, asked for at once
    #[arg(long, value_name = "ID")]
    pub(crate) offer_id: Option<String>,
    /// None that costs less
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) min_price: Option<String>,
    /// None that costs more
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_price: Option<String>,
    /// What --min-price and --max-price are counted in
    #[arg(long, value_name = "CODE", default_value = "USD")]
    pub(crate) currency: String,
    #[command(flatten)]
    pub(crate) rows: RowArguments,
}

#[derive(Args)]
pub(crate) struct HistoryArguments {
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    /// Which record
    #[arg(long)]
    pub(crate) kind: Record,
    /// From then on: an age like 24h, a day, or a time like 2025-11-21T09:40:00Z
    #[arg(long, value_name = "WHEN", default_value = "24h", value_parser = moment_or_age)]
    pub(crate) since: MomentOrAge,
    /// Until then; else until now
    #[arg(long, value_name = "WHEN", value_parser = moment_or_age)]
    pub(crate) until: Option<MomentOrAge>,
    #[command(flatten)]
    pub(crate) rows: RowArguments,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Record {
    /// Items bought for users; at some providers sales of users' items as well
    Purchases,
    /// Items given by users
    Deposits,
    /// Movements of the account's money
    Money,
}

#[derive(Args)]
pub(crate) struct FailedWebhooksArguments {
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    #[command(flatten)]
    pub(crate) rows: RowArguments,
}

#[derive(Args)]
pub(crate) struct LookupArguments {
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    /// Our reference of a trade at the provider, usually the order id; may be given several times
    #[arg(long, required = true)]
    pub(crate) reference: Vec<String>,
}

/// A time, or how long ago it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MomentOrAge {
    Moment(Timestamp),
    Age(Duration),
}

impl MomentOrAge {
    /// The time, seen from `now`.
    pub(crate) fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Moment(at) => at,
            Self::Age(age) => {
                let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
                now.saturating_sub(age).unwrap_or(Timestamp::MIN)
            }
        }
    }
}

pub(super) fn moment_or_age(text: &str) -> Result<MomentOrAge, &'static str> {
    if let Ok(age) = skinbus_runtime::config::duration(text) {
        return Ok(MomentOrAge::Age(age));
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(MomentOrAge::Moment(moment));
    }
    let midnight = text.parse::<civil::Date>().and_then(|day| day.to_zoned(TimeZone::UTC));
    midnight
        .map(|at| MomentOrAge::Moment(at.timestamp()))
        .map_err(|_| "must be like 24h, 2025-11-21 or 2025-11-21T09:40:00Z")
}

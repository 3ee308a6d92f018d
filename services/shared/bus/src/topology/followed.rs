//! Whether somebody follows the ledger, or did until it was restored.

use async_nats::jetstream;
use async_nats::jetstream::context::ConsumerInfoErrorKind;

use super::{TRACKER_TRADES, TRADES};

/// What a ledger without a follower needs before it gets one.
pub const UNFOLLOWED: &str = "the ledger has versions and nobody follows it, as after a restoration from a back-up: set \
                              ledger.restored_at (docs/operations.md), or what was bought since is bought again; where the \
                              consumer tracker_trades was removed on purpose, `skinbus topology apply --follow-again`";

/// Whether the ledger has versions and no follower. The follower is made together with the empty stream and never goes by
/// itself, and a back-up brings none: most likely the ledger was restored. Where nothing is known, it is not.
pub async fn is_unfollowed(jetstream: &jetstream::Context) -> bool {
    let Ok(stream) = jetstream.get_stream(TRADES).await else { return false };
    if stream.cached_info().state.messages == 0 {
        return false;
    }
    stream
        .consumer_info(TRACKER_TRADES)
        .await
        .is_err_and(|error| error.kind() == ConsumerInfoErrorKind::NotFound)
}

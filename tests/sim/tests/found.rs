//! What the simulation has found, and what was mended since: each was missed once.

use skinbus_runtime::config::ProviderName;
use skinbus_sim::orders::{Kind, Wanted, Way, order};
use skinbus_sim::run::{self, Options};

/// Skinout and Skinslink have one word for an offer that lapsed and one that was declined: a trade that is `CANCELED` is
/// looked at once more, like one that is `EXPIRED`.
#[test]
fn an_offer_accepted_after_it_was_canceled_is_told() {
    for provider in [ProviderName::Skinout, ProviderName::Skinslink] {
        let wanted = order(0, provider, Kind::Purchase, Way::Pays);
        let wanted = Wanted { fate: Some("accepted_after_timeout"), ..wanted };
        let broken = run::one(wanted, None, &Options::default()).broken;
        assert!(broken.is_none(), "{broken:?}");
    }
}

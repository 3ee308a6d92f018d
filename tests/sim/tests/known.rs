//! What the simulation has found and nobody has mended yet. Each test says what is broken; when it fails, that was mended, and
//! the exception in `src/` that names this file goes with it.

use skinbus_runtime::config::ProviderName;
use skinbus_sim::orders::{Kind, Wanted, Way, order};
use skinbus_sim::run::{self, Options};

/// Skinout and Skinslink have one word for an offer that lapsed and one that was declined. A trade that is `CANCELED` is
/// never looked at again, so one that is accepted in that very moment after all is missed, where a lapse known as such
/// (`EXPIRED`) is looked at once more.
#[test]
fn an_offer_accepted_after_it_was_canceled_is_missed() {
    for provider in [ProviderName::Skinout, ProviderName::Skinslink] {
        let wanted = order(0, provider, Kind::Purchase, Way::Pays);
        let wanted = Wanted { fate: Some("accepted_after_timeout"), ..wanted };
        let broken = run::one(wanted, None, &Options::default()).broken.expect("it is missed");
        assert_eq!(broken.rule, "TRUTH", "{broken:?}");
    }
}

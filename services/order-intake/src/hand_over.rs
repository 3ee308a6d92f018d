//! An accepted order on its way to dispatch.

use skinbus_bus::publish::StoreError;
use skinbus_domain::{Recorded, TradeStatus};

use crate::Intake;

/// Hands the order over where it still waits to be placed. A repeat is dropped by the stream, or does no harm: whoever
/// gets it finds the trade past `ACCEPTED`.
///
/// # Errors
///
/// [`StoreError`] where it is perhaps not handed over; then the order must not be acknowledged.
pub(crate) async fn hand_over(intake: &Intake, recorded: &Recorded) -> Result<(), StoreError> {
    let trade = recorded.trade();
    if trade.status() != TradeStatus::Accepted || trade.attempt.is_some() {
        return Ok(());
    }
    intake.bus.hand_over(recorded).await
}

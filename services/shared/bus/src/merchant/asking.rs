//! Questions to providers, and commands for orders that they already have.

use std::time::Duration;

use skinbus_domain::ids::AccountId;
use skinbus_proto::{Schema, v1};

use super::{MerchantClient, MerchantError};
use crate::subjects;

impl MerchantClient {
    /// Asks an account's provider, for example `balance` with a [`v1::BalanceRequest`]. Asking changes nothing there.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Ask`] where the service refuses the question or gives no answer.
    pub async fn ask<Request: Schema, Response: Schema>(
        &self,
        account: &AccountId,
        operation: &str,
        request: &Request,
        patience: Duration,
    ) -> Result<Response, MerchantError> {
        let subject = subjects::query(account, operation);
        let answer = self.bus.query(subject.clone(), request, patience).await;
        answer.map_err(|error| MerchantError::Ask { subject, error })
    }

    /// Changes an order that the provider already has. A refusal by the provider is an answer, not an error.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Ask`] where no answer came, or the command is none for this order; sending it again is safe.
    pub async fn command(
        &self,
        account: &AccountId,
        command: &str,
        request: &v1::CommandRequest,
        patience: Duration,
    ) -> Result<v1::CommandResponse, MerchantError> {
        let subject = subjects::command(account, command);
        let answer = self.bus.query(subject.clone(), request, patience).await;
        answer.map_err(|error| MerchantError::Ask { subject, error })
    }
}

//! Sends IPN, the notifications about deposits.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use md5::{Digest, Md5};

use super::deposit_wire::IpnBody;
use super::deposits::Deposit;
use super::project::Skinify;
use super::rules::{IpnEncoding, IpnMode, IpnRules};
use crate::answer::JSON;
use crate::ledger::LedgerNotification;
use crate::notify::{self, Delivery, Notice};

const FORM: &str = "application/x-www-form-urlencoded";

/// Lower-case hexadecimal MD5.
pub(super) fn md5_hex(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn notice(deposit: &Deposit, token_md5: String, url: String, rules: &IpnRules) -> Notice {
    let body = IpnBody::new(deposit, token_md5);
    // Neither writer can fail on these fields; an empty body would show at once that one did.
    let (content_type, body) = match rules.encoding {
        IpnEncoding::Form => (FORM, serde_urlencoded::to_string(body.form()).unwrap_or_default().into()),
        IpnEncoding::Json => (JSON, serde_json::to_vec(&body).unwrap_or_default().into()),
    };
    let body: Bytes = body;
    Notice {
        url,
        content_type,
        body,
        retries: rules.retries,
        spacing: Duration::from_millis(rules.spacing_ms),
    }
}

impl Skinify {
    /// Sends the IPN of a deposit in the background, as the mode says.
    pub(super) fn send_ipn(self: &Arc<Self>, deposit: &Deposit, mode: IpnMode, url: Option<&str>) {
        let rules = self.state().rules.ipn.clone();
        let url = url.or(deposit.result_url.as_deref()).or(rules.url.as_deref()).map(str::to_owned);
        let forged = mode == IpnMode::Forged;
        let record = LedgerNotification {
            provider: "skinify",
            deposit_id: deposit.deposit_id.clone(),
            transaction_id: deposit.transaction_id.to_string(),
            status: deposit.phase.word(),
            forged,
            attempts: 0,
            answer: None,
            delivered: false,
        };
        let copies = match mode {
            IpnMode::Normal | IpnMode::Forged => 1,
            IpnMode::Duplicated => 2,
            IpnMode::Lost => 0,
        };
        // Without an address an IPN is as lost as one that is dropped on purpose.
        let (Some(url), 1..) = (url, copies) else {
            self.state().deposits.record(record);
            return;
        };
        let signature = if forged { md5_hex("forged") } else { md5_hex(&self.options.token) };
        let notice = notice(deposit, signature, url, &rules);
        for _ in 0..copies {
            let (project, notice, record) = (Arc::clone(self), notice.clone(), record.clone());
            self.shared.tasks.spawn(async move {
                let shared = &project.shared;
                let delivery = notify::deliver(&shared.client, &notice, &shared.shutdown).await;
                project.state().deposits.record(with_delivery(record, delivery));
            });
        }
    }
}

fn with_delivery(record: LedgerNotification, delivery: Delivery) -> LedgerNotification {
    LedgerNotification {
        attempts: delivery.attempts,
        answer: delivery.answer,
        delivered: delivery.delivered,
        ..record
    }
}

//! What a version carries besides the trade: notices for people, and an operator's decision.

use skinbus_domain::{Alert, AlertKind, Decision, Drift, Verdict};

use crate::{Corrupt, v1};

pub(crate) fn notice_to_proto(alert: &Alert) -> v1::Notice {
    let drift = alert.drift.as_ref();
    let text = |of: fn(&Drift) -> &String| drift.map(of).cloned().unwrap_or_default();
    v1::Notice {
        kind: alert.kind.as_str().to_owned(),
        detail: alert.detail.clone(),
        operation: text(|drift| &drift.operation),
        field: text(|drift| &drift.field),
        value: text(|drift| &drift.value),
    }
}

pub(crate) fn notice_from_proto(notice: &v1::Notice) -> Result<Alert, Corrupt> {
    if notice.kind.is_empty() {
        return Err(Corrupt::of("Notice", "kind"));
    }
    // A newer release may have kinds of its own: somebody is told in any case.
    let Some(kind) = AlertKind::named(&notice.kind) else {
        return Ok(Alert::anomaly(format!("{}: {}", notice.kind, notice.detail)));
    };
    // A version of an earlier release names none.
    let is_drift = kind == AlertKind::Drift && !notice.operation.is_empty();
    let drift = is_drift.then(|| Drift::new(&notice.operation, &notice.field, &notice.value));
    Ok(Alert { kind, detail: notice.detail.clone(), drift })
}

pub(crate) fn decision_to_proto(decision: &Decision) -> v1::Decision {
    let (verdict, provider_id) = match &decision.verdict {
        Verdict::Placed { provider_id } => (v1::Verdict::Placed, provider_id.clone()),
        Verdict::Absent => (v1::Verdict::Absent, String::new()),
        Verdict::Failed => (v1::Verdict::Failed, String::new()),
    };
    v1::Decision {
        verdict: verdict.into(),
        operator: decision.operator.clone(),
        reason: decision.reason.clone(),
        provider_id,
    }
}

/// Nothing where a newer release has a verdict of its own: what it came to is the trade's status, and nothing is decided by the
/// verdict again.
pub(crate) fn decision_from_proto(proto: &v1::Decision) -> Result<Option<Decision>, Corrupt> {
    let Ok(verdict) = v1::Verdict::try_from(proto.verdict) else { return Ok(None) };
    let verdict = match verdict {
        v1::Verdict::Placed if proto.provider_id.is_empty() => {
            return Err(Corrupt::of("Decision", "provider_id"));
        }
        v1::Verdict::Placed => Verdict::Placed { provider_id: proto.provider_id.clone() },
        v1::Verdict::Absent => Verdict::Absent,
        v1::Verdict::Failed => Verdict::Failed,
        v1::Verdict::Unspecified => return Err(Corrupt::of("Decision", "verdict")),
    };
    Ok(Some(Decision { verdict, operator: proto.operator.clone(), reason: proto.reason.clone() }))
}

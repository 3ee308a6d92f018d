//! What was seen of drift, as its key's value.

use skinbus_domain::drift::{Drift, Kind, Seen};

use crate::facts::time;
use crate::{Corrupt, timestamp, v1};

const MESSAGE: &str = "DriftKind";

/// What was seen in its stored form.
#[must_use]
pub fn drift_to_proto(seen: &Seen) -> v1::DriftSeen {
    let kind = |kind: &Kind| v1::DriftKind {
        operation: kind.drift.operation.clone(),
        field: kind.drift.field.clone(),
        value: kind.drift.value.clone(),
        count: kind.count,
        first_seen: Some(timestamp(kind.first_seen)),
        last_seen: Some(timestamp(kind.last_seen)),
    };
    v1::DriftSeen { kinds: seen.kinds.iter().map(kind).collect(), others: seen.others }
}

/// What was seen out of its stored form.
///
/// # Errors
///
/// [`Corrupt`] with the first field that one of our services cannot have written so.
pub fn drift_from_proto(proto: &v1::DriftSeen) -> Result<Seen, Corrupt> {
    let required = |moment: Option<&prost_types::Timestamp>, field| {
        time(moment, MESSAGE, field)?.ok_or(Corrupt::of(MESSAGE, field))
    };
    let kind = |kind: &v1::DriftKind| {
        Ok(Kind {
            drift: Drift::new(&kind.operation, &kind.field, &kind.value),
            count: kind.count,
            first_seen: required(kind.first_seen.as_ref(), "first_seen")?,
            last_seen: required(kind.last_seen.as_ref(), "last_seen")?,
        })
    };
    Ok(Seen { kinds: proto.kinds.iter().map(kind).collect::<Result<_, _>>()?, others: proto.others })
}

//! The quota's yardstick: what one update of a key takes.

use std::time::{Duration, Instant};

use async_nats::jetstream;

use crate::load::median;

const UPDATES: usize = 500;
/// A window with 500 slots that become free at different times.
const WINDOW_BYTES: usize = 6500;

/// The time in the middle of updates one after the other, with compare-and-set, of a value of the size of a window in use.
pub(crate) async fn measure(nats_url: &str) -> Duration {
    let context = jetstream::new(async_nats::connect(nats_url).await.unwrap());
    let bucket = context.get_key_value("skinbus_quota").await.unwrap();
    let value = bytes::Bytes::from(vec![b'x'; WINDOW_BYTES]);
    let mut revision = bucket.put("yardstick", value.clone()).await.unwrap();
    let mut times = Vec::new();
    for _ in 0..UPDATES {
        let began = Instant::now();
        revision = bucket.update("yardstick", value.clone(), revision).await.unwrap();
        times.push(began.elapsed());
    }
    median(times)
}

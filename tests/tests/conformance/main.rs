//! What the bus promises, on memory, on one real server, and on a real cluster of three with three copies.
#![cfg(test)]

mod given;
mod killed;
mod lost;
mod promises;
mod race;
mod witness;
mod world;

mod memory {
    use crate::promises;
    use crate::world::Memory;

    #[tokio::test(flavor = "multi_thread")]
    async fn promises() {
        promises::all(&Memory::default()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn race() {
        promises::race(&Memory::default(), 20).await;
    }
}

mod single {
    use crate::world::Nats;
    use crate::{killed, lost, promises};

    #[tokio::test(flavor = "multi_thread")]
    async fn promises() {
        promises::all(&Nats::single().await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn race() {
        promises::race(&Nats::single().await, 8).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn lost_answers() {
        lost::all(&Nats::single().await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn server_killed_in_mid_race() {
        killed::leader_killed_in_mid_race(&Nats::single().await, 20).await;
    }
}

/// A cluster takes its time to start, so few tests do much each.
mod cluster {
    use crate::world::Nats;
    use crate::{killed, lost, promises};

    #[tokio::test(flavor = "multi_thread")]
    async fn promises() {
        let cluster = Nats::cluster().await;
        promises::all(&cluster).await;
        lost::all(&cluster).await;
        promises::race(&cluster, 4).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn leader_killed_in_mid_race() {
        killed::leader_killed_in_mid_race(&Nats::cluster().await, 8).await;
    }
}

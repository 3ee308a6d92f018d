//! What the bus promises, on memory, on one real server, and on a real cluster of three with three copies.
#![cfg(test)]

mod conflicts;
mod given;
mod handover;
mod killed;
mod listening;
mod lost;
mod open_trades;
mod promises;
mod provisioning;
mod race;
mod schedules;
mod witness;
mod work;
mod world;

/// The promises of the ledger.
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

/// The same, and those that need a server.
mod single {
    use crate::world::Nats;
    use crate::{conflicts, killed, listening, lost, promises, provisioning};

    #[tokio::test(flavor = "multi_thread")]
    async fn promises() {
        promises::all(&Nats::single().await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn race() {
        let nats = Nats::single().await;
        listening::race(&nats, 8).await;
        listening::behind(&nats, 10).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn conflicts() {
        conflicts::all(&Nats::single().await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn lost_answers() {
        lost::all(&Nats::single().await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn killed_in_mid_race() {
        killed::leader_killed_in_mid_race(&Nats::single().await, 20).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn topology() {
        let nats = Nats::bare_single().await;
        provisioning::made_once(&nats).await;
        provisioning::differences_are_named(&nats).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn schedules() {
        crate::schedules::due_once().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn open_trades() {
        crate::open_trades::every_look_is_found().await;
    }
}

/// The same once more. A cluster takes some seconds to start, so few tests do much each.
mod cluster {
    use crate::world::Nats;
    use crate::{conflicts, killed, listening, lost, promises, provisioning};

    #[tokio::test(flavor = "multi_thread")]
    async fn promises() {
        let cluster = Nats::bare_cluster().await;
        provisioning::made_once(&cluster).await;
        promises::all(&cluster).await;
        lost::all(&cluster).await;
        conflicts::all(&cluster).await;
        listening::race(&cluster, 4).await;
        listening::behind(&cluster, 100).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn leader_killed_in_mid_race() {
        killed::leader_killed_in_mid_race(&Nats::cluster().await, 8).await;
    }
}

/// Queues and their workers, on one server.
mod queues {
    use crate::{handover, work};

    macro_rules! tests {
        ($($module:ident::$name:ident),+ $(,)?) => {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $module::$name().await;
            })+
        };
    }

    tests!(
        work::ack_follows_the_outcome,
        work::comes_again,
        work::too_many_deliveries,
        work::dead_letter_comes_first,
        work::poison_holds_up_nobody,
        work::asks_for_no_more_than_it_has_hands_for,
        handover::gives_back_what_it_has_not_begun,
        handover::gives_back_what_it_has_not_taken,
        handover::comes_to_somebody_else,
        handover::handled_twice,
        handover::last_words_leave,
        handover::a_slow_handler_keeps_its_message,
    );
}

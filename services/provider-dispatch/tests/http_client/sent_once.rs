//! Nothing is sent again on its own, on whatever connection it was lost.

use std::time::Duration;

use provider_dispatch::CallFailure;
use tokio::io::AsyncReadExt;

use super::server::{Connection, OK, Server};
use super::{TIMEOUT, client, order, patient};

const CUT: CallFailure = CallFailure::NoAnswer("connection_cut");

#[tokio::test]
async fn a_fresh_connection_that_is_cut_is_no_answer() {
    let server = Server::start(|mut connection| async move {
        connection.request().await;
    })
    .await;
    assert_eq!(client().send(order(server.address, "/buy")).await.unwrap_err(), CUT);
    assert_eq!((server.connections(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_reused_connection_that_is_cut_is_no_answer() {
    let server = Server::start(|mut connection| async move {
        connection.request().await;
        connection.write(OK).await.unwrap();
        connection.request().await;
    })
    .await;
    let client = client();
    client.send(order(server.address, "/first")).await.unwrap();
    assert_eq!(client.send(order(server.address, "/second")).await.unwrap_err(), CUT);
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
}

#[tokio::test]
async fn a_request_that_is_read_in_part_or_not_at_all_is_no_answer() {
    for part in [0, 1, 30] {
        let server = Server::start(move |mut connection| async move {
            let mut bytes = vec![0; part];
            connection.stream.read_exact(&mut bytes).await.unwrap();
            // Closed with bytes unread, which resets the connection.
        })
        .await;
        assert_eq!(client().send(order(server.address, "/buy")).await.unwrap_err(), CUT, "{part}");
        assert_eq!(server.connections(), 1, "{part}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_no_answer() {
    let server = Server::start(|mut connection| async move {
        connection.request().await;
        // Until the client gives up.
        connection.request().await;
    })
    .await;
    let client = patient(TIMEOUT, Duration::from_millis(200));
    let failure = client.send(order(server.address, "/buy")).await.unwrap_err();
    assert_eq!(failure, CallFailure::NoAnswer("timed_out"));
    assert_eq!((server.connections(), server.requests().len()), (1, 1));
}

/// Answers one request and closes the connection a little later: before, while or after the next one is written.
async fn answer_once(mut connection: Connection) {
    let pause = Duration::from_micros(u64::try_from(connection.index % 40).unwrap() * 10);
    if connection.request().await.is_none() || connection.write(OK).await.is_err() {
        return;
    }
    let next = tokio::time::timeout(pause, connection.request()).await;
    if let Ok(Some(())) = next {
        // It came before the end: half of these are answered, the others cut.
        if connection.index.is_multiple_of(2) {
            let _client_is_gone = connection.write(OK).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_that_closes_under_a_request_never_carries_it_twice() {
    let server = Server::start(answer_once).await;
    let client = client();
    let (mut answered, mut cut) = (0, 0);
    for number in 0..1500 {
        let path = format!("/order-{number}");
        let result = client.send(order(server.address, &path)).await;
        match result {
            Ok(_) => answered += 1,
            Err(CallFailure::NoAnswer(_)) => cut += 1,
            Err(failure @ (CallFailure::Unreachable | CallFailure::NotSent(_))) => {
                panic!("{path}: {failure}, on a server that takes every connection")
            }
        }
        let arrived = server.requests_to(&path);
        let least = usize::from(result.is_ok());
        assert!((least..=1).contains(&arrived), "{path} arrived {arrived} times: {result:?}");
    }
    // Else the race was not met, and nothing is proved.
    assert!(answered > 100 && cut > 10, "{answered} answered, {cut} cut");
    // What was cut may still have arrived later, and then once.
    let mut requests = server.requests();
    let all = requests.len();
    requests.sort();
    requests.dedup();
    assert_eq!(requests.len(), all);
}

//! The example as a process.

use std::path::Path;
use std::process::Stdio;

use rust_decimal::Decimal;
use skinbus_tests::wait;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::history::{Balances, MERCHANT, without_zeros};

/// A running copy. Killed when dropped.
pub(crate) struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    pub(crate) fn start(url: &str, database: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_crediting-example"))
            .args(["--url", url, "--merchant", MERCHANT, "--database"])
            .arg(database)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line that it prints; `None` when it has ended.
    pub(crate) async fn line(&mut self) -> Option<String> {
        self.lines.next_line().await.unwrap()
    }

    /// `kill -9`, and waits until nothing is left of it. It may not have ended by itself before.
    pub(crate) async fn kill(mut self) {
        assert_eq!(self.child.try_wait().unwrap(), None, "it ended by itself");
        self.child.kill().await.unwrap();
    }

    /// Waits until a copy with `--once` has ended well, and gives what it did and the balances.
    pub(crate) async fn ended(mut self) -> (Vec<String>, Balances) {
        let reading = async {
            let mut all = Vec::new();
            while let Some(line) = self.line().await {
                all.push(line);
            }
            all
        };
        let lines = tokio::time::timeout(wait::LONGEST, reading).await.expect("an end");
        assert!(self.child.wait().await.unwrap().success(), "{lines:?}");
        let (balances, steps): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| line.starts_with("balance of "));
        (steps, without_zeros(balances.iter().map(|line| read(line)).collect()))
    }
}

/// `balance of u-1: 12.34 USD`
fn read(line: &str) -> ((String, String), Decimal) {
    let (user, money) = line.strip_prefix("balance of ").unwrap().split_once(": ").unwrap();
    let (amount, currency) = money.split_once(' ').unwrap();
    ((user.to_owned(), currency.to_owned()), amount.parse().unwrap())
}

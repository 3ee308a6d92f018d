//! What a person who started everything needs to know.

use skinbus_runtime::config::ProviderName;

use super::accounts::{ACCOUNTS, MERCHANT, title};
use super::layout::{Layout, SERVICES};
use crate::terminal::Tone;

/// A user of Steam for the examples. The token is made up, and the simulator does not look at it.
const EXAMPLE_TRADE_URL: &str = "https://steamcommunity.com/tradeoffer/new/?partner=39734314&token=AbCd_-12";
const EXAMPLE_STEAM_ID: &str = "76561198000000042";

/// The simulator's catalogue, for the most part.
const OFFERS: &str = "\
What becomes of a purchase follows from its offer:
  88101 delivered (rust)                88106 fails: the user cannot trade (rust)
  88102 on hold for 7 days (cs2)        88107 fails: the provider cannot send it (rust)
  88103 declined by the user (rust)     88109 taken back by the user while on hold (cs2)
  88104 lapses after 5 minutes (rust)   88112 delivered at once (rust)
An order without --game counts as one for cs2, whose trades Steam lets users take back.
Deposits are paid and listings sold after some seconds; /_control of the simulator changes that.";

/// The examples for one account: what they do, and the arguments.
type Examples = Vec<(&'static str, String)>;

fn examples(provider: ProviderName, account: &str) -> Examples {
    let account = format!("--account {account}");
    let user = "--trade-url \"$TRADE_URL\"";
    let purchase = match provider {
        // It sells items of cs2 only.
        ProviderName::Skinout => "--offer-id 88102 --game cs2 --max-price 2.00",
        ProviderName::Skinsback
        | ProviderName::Skinify
        | ProviderName::Shadowpay
        | ProviderName::Skinslink => "--offer-id 88101 --game rust --max-price 1.00",
    };
    // A page asks for the trade URL itself.
    let mut page = format!("deposit {account} --steam-id {EXAMPLE_STEAM_ID}");
    match provider {
        ProviderName::Skinsback | ProviderName::Skinify => page.push_str(" --min-amount 5 --currency USD"),
        ProviderName::Skinout => page.push_str(" --min-amount 5"),
        // Its order ids must not end in a digit.
        ProviderName::Shadowpay => page.push_str(" --order-id \"d-$RANDOM-x\""),
        ProviderName::Skinslink => {}
    }
    let game = if provider == ProviderName::Skinout { "cs2" } else { "rust" };
    let mut examples = vec![
        ("buy", format!("place {account} {purchase} {user}")),
        ("deposit", page),
        ("ask", format!("query prices {account} --game {game}")),
    ];
    if provider == ProviderName::Shadowpay {
        let item = format!("--asset-id 30117720402 --game cs2 --price 12.50 --steam-id {EXAMPLE_STEAM_ID}");
        examples.push(("sell", format!("list-item {account} {item}")));
    }
    examples
}

/// Where everything is, and what can be done now.
pub(super) fn lines(layout: &Layout, own: &str) -> Vec<(Tone, String)> {
    let line = |name: &str, value: String| (Tone::Plain, format!("  {name:<20}{value}"));
    let mut lines = vec![
        (Tone::Strong, "Skinbus is running.".to_owned()),
        line("NATS", layout.nats_url()),
        line("provider simulator", format!("{}/_ledger  what it truly executed", layout.simulator_url())),
        line("webhooks", layout.webhooks_url()),
    ];
    for (service, port) in SERVICES.into_iter().zip(layout.ports.health) {
        lines.push(line(service, format!("http://127.0.0.1:{port}/readyz  /metrics")));
    }
    lines.push(line("configuration", layout.config_file().display().to_string()));
    lines.push(line("logs", layout.dir.join("logs").display().to_string()));
    lines.extend(commands(layout, own));
    lines.push((Tone::Plain, String::new()));
    lines.push((Tone::Plain, OFFERS.to_owned()));
    lines.push((Tone::Strong, "Ctrl-C stops everything.".to_owned()));
    lines
}

/// Commands for a second terminal.
fn commands(layout: &Layout, own: &str) -> Vec<(Tone, String)> {
    let nats =
        if layout.ports.nats == 4222 { String::new() } else { format!(" --nats {}", layout.nats_url()) };
    let plain = |text: String| (Tone::Plain, format!("  {text}"));
    let mut lines = vec![
        (Tone::Plain, String::new()),
        (Tone::Strong, "In another terminal:".to_owned()),
        plain(format!("skinbus() {{ command {own}{nats} \"$@\"; }}; TRADE_URL='{EXAMPLE_TRADE_URL}'")),
        plain("skinbus watch".to_owned()),
        plain("skinbus trade show ORDER_ID".to_owned()),
    ];
    for account in ACCOUNTS.iter().filter(|account| account.merchant == MERCHANT) {
        lines.push((Tone::Strong, title(account.provider).to_owned()));
        for (what, arguments) in examples(account.provider, account.name) {
            lines.push((Tone::Plain, format!("  {what:<9}skinbus {arguments}")));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use crate::dev::layout::Pace;
    use crate::dev::ports::Ports;
    use clap::Parser;

    #[test]
    fn every_example_is_a_command() {
        for account in ACCOUNTS {
            for (_, arguments) in examples(account.provider, account.name) {
                let arguments = arguments.replace("\"$TRADE_URL\"", EXAMPLE_TRADE_URL);
                let parsed =
                    Cli::try_parse_from(std::iter::once("skinbus").chain(arguments.split_whitespace()));
                assert!(parsed.is_ok(), "{arguments}");
            }
        }
    }

    #[test]
    fn each_provider_of_the_merchant_has_examples() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path(), Ports::from_base(20_000), Pace::Real).unwrap();
        let text: Vec<String> = lines(&layout, "skinbus").into_iter().map(|(_, line)| line).collect();
        let text = text.join("\n");
        for provider in ProviderName::ALL {
            assert!(text.contains(&format!("\n{}\n  buy      skinbus place", title(provider))), "{text}");
        }
        assert!(text.contains(" --nats nats://127.0.0.1:20000 "), "{text}");
        assert!(!text.contains("skinify_other"), "{text}");
    }
}

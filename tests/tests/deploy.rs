//! What is deployed agrees with the code: the settings are read by the services as they are there, and whoever scales by a
//! consumer's backlog names a consumer that exists. The rest of `deploy` is checked by `make deploy-check`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use skinbus_bus::topology::{Topology, TopologySettings};
use skinbus_runtime::config::ConfigErrors;
use skinbus_runtime::{Config, accounts};

fn deployed(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(path)
}

fn config(overlay: &str) -> Result<Config, ConfigErrors> {
    Config::load(Some(&deployed(&format!("overlays/{overlay}/skinbus.toml"))), std::iter::empty())
}

#[test]
fn the_settings_of_every_overlay_are_good_and_each_call_ends_within_the_drain() {
    for overlay in ["dev", "prod"] {
        let config = config(overlay).unwrap();
        let accounts = accounts::resolve(&config).unwrap();
        assert_eq!(accounts.len(), 5, "{overlay}: one account at each provider");
        for (name, account) in &accounts {
            let (call, drain) = (account.total_timeout, config.shutdown.drain_timeout);
            assert!(call < drain, "{overlay}: a call of {name} may take {call:?}, the drain {drain:?}");
        }
    }
}

/// `deploy/checks` compares this list with the triggers of KEDA, which takes a consumer that is not there for an endless
/// backlog.
#[test]
fn the_list_of_consumers_is_that_of_the_topology() {
    let config = config("prod").unwrap();
    let topology = Topology::new(&TopologySettings::of(&config));
    let general = |name: &str| {
        let account = config.accounts.keys().find(|account| name.ends_with(&format!("_{account}")));
        account.map_or(name.to_owned(), |account| name.replace(account.as_str(), "<account>"))
    };
    let names = topology.consumers.iter().map(|(stream, consumer)| {
        format!("{stream} {}", general(consumer.durable_name.as_deref().unwrap_or_default()))
    });
    let names: Vec<String> = names.collect::<BTreeSet<_>>().into_iter().collect();
    let path = deployed("checks/consumers.txt");
    let known = std::fs::read_to_string(&path).unwrap();
    let known: Vec<&str> = known.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(known, names, "{} must hold exactly:\n{}", path.display(), names.join("\n"));
}

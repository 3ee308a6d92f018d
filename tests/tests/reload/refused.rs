//! What is wrong changes nothing, and is told.

use skinbus_proto::v1::TradeStatus;
use skinbus_tests::System;
use skinbus_tests::merchant::order;
use skinbus_tests::system::{SERVICES, TOKEN};

use crate::{change, gave_way, options, replace};

#[tokio::test]
async fn a_wrong_configuration_keeps_the_old_one_in_every_service() {
    let mut system = System::start(options()).await;
    let merchant = system.merchant().await;
    let right = std::fs::read_to_string(system.config_file()).unwrap();
    change(&system, |text| {
        text.replace("lease_margin = \"1s\"", "lease_margin = \"hunter2\"")
            .replace("[shutdown]", "[hunter3]\n[shutdown]")
    });
    for name in SERVICES {
        let service = system.service(name);
        assert_eq!(service.reloaded(1).await, 1, "{name}");
        let log = service.log().join("\n");
        assert_eq!(log.matches("\"setting\":\"dispatch.lease_margin\"").count(), 1, "{log}");
        assert!(log.contains("\"setting\":\"hunter3\"") && !log.contains("hunter2"), "{log}");
        assert_eq!(service.page("/readyz").await.0, 200);
        let (_, metrics) = service.page("/metrics").await;
        assert!(metrics.contains("skinbus_config_reload_failed 1\n"), "{metrics}");
    }
    merchant.publish(&order("wd-1", "88101")).await;
    merchant.reaches("wd-1", TradeStatus::Completed).await;

    // A secret that one service cannot do without, and a port that is bound.
    replace(&system, "skinbus.toml", &right);
    for name in SERVICES {
        assert_eq!(gave_way(system.service(name), 1).await, 1, "{name}");
    }
    replace(&system, "skinify_token_file", "\n");
    let dispatch = system.service("provider-dispatch");
    assert_eq!(dispatch.reloaded(3).await, 2);
    dispatch.logged("accounts.skinify_main.token_file").await;
    replace(&system, "skinify_token_file", TOKEN);
    change(&system, |text| text.replace("listen = \"127.0.0.1:0\"", "listen = \"127.0.0.1:1\""));
    let ingress = system.service("webhook-ingress");
    ingress.logged("webhooks.listen cannot be changed while the process runs; it needs a restart").await;
    assert_eq!(ingress.page("/readyz").await.0, 200);
    merchant.publish(&order("wd-2", "88101")).await;
    merchant.reaches("wd-2", TradeStatus::Completed).await;
    assert!(system.services.iter_mut().all(|service| service.is_running()));
}

//! The templates of subjects, which spans are named after: a name must not have an id in it.

/// A kind of subject, and the names of what is done with its messages.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) template: &'static str,
    pub(super) publish: &'static str,
    pub(super) process: &'static str,
    pub(super) request: &'static str,
}

macro_rules! destination {
    ($template:literal) => {
        &Destination {
            template: $template,
            publish: concat!("publish ", $template),
            process: concat!("process ", $template),
            request: concat!("request ", $template),
        }
    };
}

impl Destination {
    /// The kind of a subject; `None` where it is no message of ours.
    pub(super) fn of(subject: &str) -> Option<&'static Self> {
        let mut tokens = subject.strip_prefix("skinbus.v1.")?.split('.');
        Some(match tokens.next()? {
            "orders" => destination!("skinbus.v1.orders.{merchant}"),
            "place" => destination!("skinbus.v1.place.{merchant}"),
            "append" => destination!("skinbus.v1.append.{merchant}.{order_id}"),
            "status" => destination!("skinbus.v1.status.{merchant}.{order_id}"),
            "dispatch" => destination!("skinbus.v1.dispatch.{account}"),
            "webhooks" => destination!("skinbus.v1.webhooks.{account}"),
            "query" => destination!("skinbus.v1.query.{account}.{operation}"),
            "command" => destination!("skinbus.v1.command.{account}.{command}"),
            "dead" => destination!("skinbus.v1.dead.{stage}"),
            "alert" => destination!("skinbus.v1.alert.{kind}"),
            "poll" => match tokens.next()? {
                "at" => destination!("skinbus.v1.poll.at.{account}.{merchant}.{order_id}.{line}"),
                "hint" => destination!("skinbus.v1.poll.hint.{account}.{merchant}.{order_id}.{place}"),
                "due" => destination!("skinbus.v1.poll.due.{account}"),
                "reconcile_at" => destination!("skinbus.v1.poll.reconcile_at.{account}"),
                "reconcile" => destination!("skinbus.v1.poll.reconcile.{account}"),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// The tokens of a subject that have a name.
    pub(super) fn names_in<'a>(
        &self,
        subject: &'a str,
    ) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
        let names = self.template.split('.').zip(subject.split('.'));
        names.filter_map(|(name, token)| Some((name.strip_prefix('{')?.strip_suffix('}')?, token)))
    }
}

#[cfg(test)]
mod tests {
    use skinbus_domain::ids::{AccountId, TradeKey};
    use skinbus_domain::order::OrderKind;
    use skinbus_domain::planning::Urgency;

    use super::*;
    use crate::subjects::{self, HintPlace};

    #[test]
    fn every_subject_of_ours_has_a_template_that_fits() {
        let key = TradeKey { merchant: "acme".parse().unwrap(), order_id: "wd-1".parse().unwrap() };
        let account: AccountId = "skinify_main".parse().unwrap();
        let all = [
            subjects::orders(&key.merchant),
            subjects::place(&key.merchant),
            subjects::append(&key),
            subjects::status(&key),
            subjects::dispatch(&account),
            subjects::webhooks(&account),
            subjects::query(&account, "lookup"),
            subjects::command(&account, "cancel"),
            subjects::dead("intake"),
            subjects::alert("drift"),
            subjects::poll_at(&account, &key, OrderKind::Purchase, Urgency::Now),
            subjects::poll_hint(&account, &key, HintPlace::PutOff),
            subjects::poll_due(&account, Urgency::Now),
            subjects::reconcile_at(&account),
            subjects::reconcile_due(&account),
        ];
        for subject in &all {
            let destination = Destination::of(subject).unwrap_or_else(|| panic!("{subject}"));
            let fixed = destination.template.split('.').zip(subject.split('.'));
            let fits = fixed.filter(|(name, _)| !name.starts_with('{')).all(|(name, token)| name == token);
            assert!(fits, "{subject}: {}", destination.template);
            assert_eq!(destination.template.split('.').count(), subject.split('.').count(), "{subject}");
            for (name, token) in destination.names_in(subject) {
                let expected = match name {
                    "merchant" => "acme",
                    "order_id" => "wd-1",
                    "account" => "skinify_main",
                    _ => continue,
                };
                assert_eq!(token, expected, "{subject}: {name}");
            }
        }
    }

    #[test]
    fn a_line_of_due_looks_has_no_name_of_its_own() {
        let later = subjects::poll_due(&"skinify_main".parse().unwrap(), Urgency::Later);
        assert_eq!(Destination::of(&later).unwrap().process, "process skinbus.v1.poll.due.{account}");
    }

    #[test]
    fn what_is_no_message_of_ours_has_no_name() {
        for subject in ["$KV.skinbus_quota.skinify_main", "$JS.EVENT.ADVISORY.CONSUMER", "skinbus.v1", ""] {
            assert_eq!(Destination::of(subject), None, "{subject}");
        }
    }
}

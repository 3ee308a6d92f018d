//! When a provider wants to be asked again, as HTTP says it: in seconds, or as a date. The same for all adapters.

use std::time::Duration;

use http::header::{DATE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use skinbus_domain::rules::after;

use crate::provider::{Closed, CommandAnswer, LookedUp, PlaceAnswer, Queried};

/// No pause is taken from an answer that is shorter, or longer: a mistake there must not stop an account for days.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// How long the provider wants to be left alone, where it says so.
pub(crate) fn pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let date = |text: &str| DateTimeParser::new().parse_timestamp(text).ok();
    let told = text(RETRY_AFTER)?;
    let pause = match told.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        // Its date is by its own clock, which the answer tells as well.
        Err(_) => {
            let asked_at = text(DATE).and_then(date).unwrap_or(now);
            Duration::try_from(date(told)?.duration_since(asked_at)).unwrap_or_default()
        }
    };
    Some(pause.clamp(PAUSE_MIN, PAUSE_MAX))
}

/// The time that an answer names, for the closings that an adapter has read from it.
pub(crate) struct Named {
    until: Option<Timestamp>,
    reason: Option<&'static str>,
}

impl Named {
    pub(crate) fn by<B>(response: &Response<B>, now: Timestamp) -> Self {
        let until = pause(response.headers(), now).map(|pause| after(now, pause));
        let reason = match response.status() {
            StatusCode::TOO_MANY_REQUESTS => Some("http_429"),
            StatusCode::SERVICE_UNAVAILABLE => Some("http_503"),
            _ => None,
        };
        Self { until, reason }
    }

    /// A closing ends when the answer says. One that only the answer's status and its header tell of is one as well.
    fn closed(&self, read: Option<Closed>) -> Option<Closed> {
        let Some(until) = self.until else { return read };
        let reason = read.map(|closed| closed.reason).or(self.reason)?;
        Some(Closed { until, reason })
    }

    pub(crate) fn in_placed(&self, answer: &mut PlaceAnswer) {
        answer.closed = self.closed(answer.closed);
    }

    pub(crate) fn in_commanded(&self, answer: &mut CommandAnswer) {
        answer.closed = self.closed(answer.closed);
    }

    pub(crate) fn in_looked_up(&self, told: &mut LookedUp) {
        let read = match told {
            LookedUp::Rows { .. } => return,
            LookedUp::Closed(closed) => Some(*closed),
            LookedUp::Unreadable { .. } => None,
        };
        if let Some(closed) = self.closed(read) {
            *told = LookedUp::Closed(closed);
        }
    }

    /// A list that is made anew, as Skinslink's pages are, is no reason to stop orders: only what an adapter takes for a
    /// closing is one.
    pub(crate) fn in_queried(&self, told: &mut Queried) {
        if let Queried::Closed(read) = told
            && let Some(closed) = self.closed(Some(*read))
        {
            *read = closed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T10:00:00Z".parse().unwrap()
    }

    fn response(status: u16, headers: &[(HeaderName, &str)]) -> Response<()> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, *value);
        }
        response.body(()).unwrap()
    }

    fn seconds(headers: &[(HeaderName, &str)]) -> Option<u64> {
        pause(response(429, headers).headers(), now()).map(|pause| pause.as_secs())
    }

    #[test]
    fn both_forms_are_read_and_bounded() {
        let cases = [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("0", Some(1)),
            ("99999999", Some(3600)),
            ("Sat, 21 Nov 2026 10:01:30 GMT", Some(90)),
            ("Sat, 21 Nov 2026 09:00:00 GMT", Some(1)),
            ("Sun, 21 Nov 2027 10:01:30 GMT", Some(3600)),
            ("-5", None),
            ("soon", None),
            ("", None),
        ];
        for (told, expected) in cases {
            assert_eq!(seconds(&[(RETRY_AFTER, told)]), expected, "{told}");
        }
        assert_eq!(seconds(&[]), None);
    }

    #[test]
    fn a_date_is_by_the_clock_of_its_provider() {
        let date = (DATE, "Sat, 21 Nov 2026 12:00:00 GMT");
        assert_eq!(seconds(&[date.clone(), (RETRY_AFTER, "Sat, 21 Nov 2026 12:00:40 GMT")]), Some(40));
        assert_eq!(seconds(&[date, (RETRY_AFTER, "40")]), Some(40));
    }

    #[test]
    fn the_time_that_is_named_is_that_of_the_closing() {
        let read = Some(Closed { until: after(now(), Duration::from_secs(60)), reason: "limit" });
        let closed = |status, headers: &[(HeaderName, &str)], read| {
            let closed = Named::by(&response(status, headers), now()).closed(read)?;
            Some((closed.until.duration_since(now()).as_secs(), closed.reason))
        };
        let named = [(RETRY_AFTER, "5")];
        assert_eq!(closed(200, &named, read), Some((5, "limit")));
        assert_eq!(closed(200, &[], read), Some((60, "limit")));
        assert_eq!(closed(429, &named, None), Some((5, "http_429")));
        assert_eq!(closed(503, &named, None), Some((5, "http_503")));
        assert_eq!(closed(503, &[], None), None, "nothing says that it is a closing");
        assert_eq!(closed(500, &named, None), None);
        assert_eq!(closed(200, &named, None), None);
    }

    #[test]
    fn only_a_closing_stops_an_account_over_a_question() {
        let unreadable = || Queried::unreadable("HTTP status 503");
        let mut told = unreadable();
        Named::by(&response(503, &[(RETRY_AFTER, "5")]), now()).in_queried(&mut told);
        assert_eq!(told, unreadable());
        let mut told = LookedUp::unreadable("HTTP status 503");
        Named::by(&response(503, &[(RETRY_AFTER, "5")]), now()).in_looked_up(&mut told);
        assert!(matches!(told, LookedUp::Closed(_)), "{told:?}");
        let mut told = LookedUp::nothing();
        Named::by(&response(503, &[(RETRY_AFTER, "5")]), now()).in_looked_up(&mut told);
        assert_eq!(told, LookedUp::nothing());
    }
}

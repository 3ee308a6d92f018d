//! Building requests. Adapters differ in how they name things, not in how HTTP is written.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use skinbus_domain::order::{SteamUser, TradeToken};

use crate::provider::{LookUpTarget, NotBuildable};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// Where an API is, and what every request to it carries.
pub(crate) struct Api {
    base_url: String,
    headers: HeaderMap,
}

/// `name=value` pairs of a query or a form, in the order in which they are sent.
pub(crate) type Pairs<'a> = Vec<(&'a str, &'a str)>;

impl Api {
    /// The API at this address.
    pub(crate) fn new(base_url: &str) -> Self {
        Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            headers: HeaderMap::from_iter([(ACCEPT, JSON)]),
        }
    }

    /// Sends this secret with every request. One that no header can carry is left out: the provider then refuses, and
    /// says why.
    pub(crate) fn with_secret_header(mut self, name: &'static str, secret: &SecretString) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(secret.expose_secret()) {
            value.set_sensitive(true);
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// A `GET` with this query.
    pub(crate) fn get(&self, path: &str, query: &Pairs<'_>) -> Result<Request<Bytes>, NotBuildable> {
        let mut url = format!("{}{path}", self.base_url);
        if !query.is_empty() {
            url.push('?');
            url.push_str(&encoded(query)?);
        }
        self.request(Method::GET, &url, None, Bytes::new())
    }

    /// A `POST` with these fields as a form.
    pub(crate) fn post_form(&self, path: &str, fields: &Pairs<'_>) -> Result<Request<Bytes>, NotBuildable> {
        let url = format!("{}{path}", self.base_url);
        self.request(Method::POST, &url, Some(FORM), encoded(fields)?.into())
    }

    /// A `POST` with this value as JSON.
    pub(crate) fn post_json(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Request<Bytes>, NotBuildable> {
        let body =
            serde_json::to_vec(body).map_err(|_| NotBuildable("the body cannot be written as JSON"))?;
        let url = format!("{}{path}", self.base_url);
        self.request(Method::POST, &url, Some(JSON), body.into())
    }

    fn request(
        &self,
        method: Method,
        url: &str,
        content_type: Option<HeaderValue>,
        body: Bytes,
    ) -> Result<Request<Bytes>, NotBuildable> {
        let built = Request::builder().method(method).uri(url).body(body);
        let mut request = built.map_err(|_| NotBuildable("base_url does not make a valid address"))?;
        *request.headers_mut() = self.headers.clone();
        if let Some(content_type) = content_type {
            request.headers_mut().insert(CONTENT_TYPE, content_type);
        }
        Ok(request)
    }
}

/// The token of a user's trade URL, which is gone once the trade has ended.
pub(crate) fn trade_token(user: &SteamUser) -> Result<&str, NotBuildable> {
    let token = user.trade_token.as_ref().map(TradeToken::reveal);
    token.ok_or(NotBuildable("the order's trade token is gone: the trade has ended"))
}

/// Longest address of a look-up. Nothing is documented; 2,000 characters pass everywhere.
const LOOK_UP_ADDRESS_MAX_BYTES: usize = 2000;

/// Longest list of references in an address that begins so.
pub(crate) fn references_max_bytes(base_url: &str, path: &str, name: &str) -> usize {
    let rest = base_url.trim_end_matches('/').len() + path.len() + "?=".len() + name.len();
    LOOK_UP_ADDRESS_MAX_BYTES.saturating_sub(rest)
}

/// The references of these targets with commas between them, as many from the first as fit, and how many those are.
pub(crate) fn references<'a>(
    targets: impl Iterator<Item = &'a LookUpTarget>,
    max_bytes: usize,
) -> Result<(String, usize), NotBuildable> {
    let mut references = String::new();
    let mut asked = 0;
    for target in targets {
        let comma = if asked == 0 { "" } else { "," };
        // A comma takes three bytes in the address, and one in the list.
        let commas_bytes = 2 * asked + comma.len();
        if references.len() + commas_bytes + target.reference.as_str().len() > max_bytes {
            break;
        }
        references.push_str(comma);
        references.push_str(target.reference.as_str());
        asked += 1;
    }
    if asked == 0 {
        return Err(NotBuildable("a look-up needs a reference that fits into its address"));
    }
    Ok((references, asked))
}

fn encoded(pairs: &Pairs<'_>) -> Result<String, NotBuildable> {
    serde_urlencoded::to_string(pairs).map_err(|_| NotBuildable("the fields cannot be encoded"))
}

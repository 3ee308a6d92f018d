//! Writing a call: one address for every method, each of which is a JSON object of texts.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use secrecy::SecretString;
use serde::Serialize;

use super::signing::{sign, text_to_sign};
use super::{Authentication, Skinsback};
use crate::provider::NotBuildable;

/// A parameter. Every scalar is a text: SkinsBack signs decoded values in PHP's way of writing them, in which the
/// number `12.0` is `12` and `false` is nothing. A text is the same on both sides.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Parameter {
    /// One value, covered by the signature.
    Text(String),
    /// A list of values, not covered.
    Texts(Vec<String>),
    /// A list of objects, not covered.
    Rows(Vec<BTreeMap<&'static str, String>>),
}

/// The parameters of a call, sorted by name as the signature needs them. What is not given is left out: the reference
/// implementations of the signature do not agree on `null`.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Parameters(BTreeMap<&'static str, Parameter>);

impl Parameters {
    /// A call of this method.
    pub(super) fn of(method: &'static str) -> Self {
        Self(BTreeMap::from([("method", Parameter::Text(method.to_owned()))]))
    }

    /// With this value.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(name, Parameter::Text(value.into()));
        self
    }

    /// With this value, where there is one.
    pub(super) fn with_some(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With this list.
    pub(super) fn with_texts(mut self, name: &'static str, values: Vec<String>) -> Self {
        self.0.insert(name, Parameter::Texts(values));
        self
    }

    /// With this list of objects.
    pub(super) fn with_rows(mut self, name: &'static str, rows: Vec<BTreeMap<&'static str, String>>) -> Self {
        self.0.insert(name, Parameter::Rows(rows));
        self
    }

    fn signed(self, client_id: &str, client_secret: &SecretString) -> Result<Self, NotBuildable> {
        let named = self.with("shopid", client_id);
        let scalars = named.0.iter().filter_map(|(name, parameter)| match parameter {
            Parameter::Text(text) => Some((*name, text.as_str())),
            Parameter::Texts(_) | Parameter::Rows(_) => None,
        });
        let signature = sign(client_secret, &text_to_sign(scalars));
        Ok(named.with("sign", signature.ok_or(NotBuildable("the client secret is empty"))?))
    }
}

impl Skinsback {
    /// The request with these parameters, proved in the account's way; never in both, which is not documented to work.
    pub(super) fn request(&self, parameters: Parameters) -> Result<Request<Bytes>, NotBuildable> {
        let parameters = match self.authentication {
            Authentication::Headers => parameters,
            Authentication::BodySignature => parameters.signed(&self.client_id, &self.client_secret)?,
        };
        self.api.post_json("", &parameters)
    }
}

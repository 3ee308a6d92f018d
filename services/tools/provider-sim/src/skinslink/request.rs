//! Bodies of requests: JSON objects whose fields have the documented types and no others.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::envelope::{Failure, Problem};
use super::words;
use crate::amount;
use crate::call::Call;
use crate::engine::catalogue::Game;

/// The length of the `token` of a Trade URL.
const TRADE_TOKEN_LENGTH: usize = 8;
/// The longest own id.
const LONGEST_REFERENCE: usize = 64;

/// A decimal that must be a JSON number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact(pub(super) Decimal);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The raw text, because serde_json would read a number as a double.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let number = amount::parse(raw.get()).or_else(|| Decimal::from_scientific(raw.get()).ok());
        number.map(Self).ok_or_else(|| de::Error::custom("not a number"))
    }
}

/// What is wrong with the fields of a request, collected to be told at once.
#[derive(Debug)]
pub(super) struct Problems {
    request: &'static str,
    list: Vec<Problem>,
    /// The game has an error of its own, which is told where nothing else is wrong.
    bad_game: bool,
}

impl Problems {
    /// None yet, with the request's type for the names of fields.
    pub(super) fn of(request: &'static str) -> Self {
        Self { request, list: Vec::new(), bad_game: false }
    }

    /// One more.
    pub(super) fn add(&mut self, field: &str, code: &str) {
        let message = match code {
            "required" => format!("{field} is required"),
            _ => format!("{field} is invalid: {code}"),
        };
        self.add_with(field, code, message);
    }

    /// One more, in other words than usual.
    pub(super) fn add_with(&mut self, field: &str, code: &str, message: String) {
        let field = format!("{}.{field}", self.request);
        self.list.push(Problem { field, code: code.to_owned(), message });
    }

    /// The name of the user's account in errors.
    pub(super) fn account_field(&self) -> String {
        format!("{}.partner", self.request)
    }

    /// The game of this word, where there is one.
    pub(super) fn game(&mut self, word: Option<&str>) -> Option<Game> {
        let game = word.and_then(words::game);
        self.bad_game |= word.is_some() && game.is_none();
        game
    }

    /// An error, if anything is wrong.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match (self.list.is_empty(), self.bad_game) {
            (false, _) => Err(Failure::validation(self.list)),
            (true, true) => Err(Failure::invalid_game()),
            (true, false) => Ok(()),
        }
    }
}

/// The body of a POST request.
#[derive(Debug)]
pub(super) struct Body<'a> {
    fields: BTreeMap<String, &'a RawValue>,
    pub(super) problems: Problems,
}

impl<'a> Body<'a> {
    /// Reads a body that must be a JSON object and say so.
    pub(super) fn read(call: &'a Call, request: &'static str) -> Result<Self, Failure> {
        if !call.header("content-type").is_some_and(|given| given.starts_with("application/json")) {
            return Err(Failure::invalid_body());
        }
        let fields = serde_json::from_slice(&call.raw_body).map_err(|_| Failure::invalid_body())?;
        Ok(Self { fields, problems: Problems::of(request) })
    }

    /// A field, where it is sent and not null.
    pub(super) fn get<T: Deserialize<'a>>(&self, name: &str) -> Result<Option<T>, Failure> {
        let Some(raw) = self.fields.get(name) else {
            return Ok(None);
        };
        serde_json::from_str::<Option<T>>(raw.get()).map_err(|_| Failure::invalid_body())
    }

    /// A text, where it is sent and not empty.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        Ok(self.get::<String>(name)?.filter(|text| !text.is_empty()))
    }

    /// The own id, empty where it is missing.
    pub(super) fn reference(&mut self) -> Result<String, Failure> {
        let reference = self.optional_reference()?;
        if reference.is_none() {
            self.problems.add("merchant_tx_id", "required");
        }
        Ok(reference.unwrap_or_default())
    }

    /// The own id.
    pub(super) fn optional_reference(&mut self) -> Result<Option<String>, Failure> {
        let reference = self.text("merchant_tx_id")?;
        if let Some(text) = &reference {
            let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            if text.len() > LONGEST_REFERENCE {
                self.problems.add("merchant_tx_id", "max");
            } else if !text.bytes().all(known) {
                self.problems.add("merchant_tx_id", "alphanum");
            }
        }
        Ok(reference)
    }

    /// The game, which must be there.
    pub(super) fn game(&mut self) -> Result<Game, Failure> {
        let word = self.text("game")?;
        if word.is_none() {
            self.problems.add("game", "required");
        }
        // Any game will do where there is none: the problem ends the request.
        Ok(self.problems.game(word.as_deref()).unwrap_or(Game::Csgo))
    }

    /// The game, which can be left out.
    pub(super) fn optional_game(&mut self) -> Result<Option<Game>, Failure> {
        let word = self.text("game")?;
        Ok(self.problems.game(word.as_deref()))
    }

    /// The account number of a trade link. The token must be there, and is not kept: what becomes of it is a fate.
    pub(super) fn trade_link(&mut self, smallest: u32) -> Result<u32, Failure> {
        let partner = self.partner(smallest)?;
        let token = self.token()?;
        if partner.is_none() {
            self.problems.add("partner", "required");
        }
        if !token {
            self.problems.add("token", "required");
        }
        Ok(partner.unwrap_or_default())
    }

    /// The same, where both parts can be left out.
    pub(super) fn optional_trade_link(&mut self) -> Result<Option<u32>, Failure> {
        let partner = self.partner(1)?;
        if self.token()? != partner.is_some() {
            self.problems.add(if partner.is_some() { "token" } else { "partner" }, "required_with");
        }
        Ok(partner)
    }

    fn partner(&mut self, smallest: u32) -> Result<Option<u32>, Failure> {
        let Some(number) = self.get::<i64>("partner")?.filter(|number| *number != 0) else {
            return Ok(None);
        };
        let partner = u32::try_from(number).ok();
        if partner.is_none_or(|partner| partner < smallest) {
            self.problems.add("partner", if number < i64::from(smallest) { "min" } else { "max" });
        }
        Ok(partner.or(Some(smallest)))
    }

    /// Whether there is a trade token.
    fn token(&mut self) -> Result<bool, Failure> {
        let token = self.text("token")?;
        if token.as_ref().is_some_and(|token| token.chars().count() != TRADE_TOKEN_LENGTH) {
            self.problems.add("token", "len");
        }
        Ok(token.is_some())
    }
}

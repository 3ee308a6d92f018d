//! Queries of look-ups.

use super::envelope::Failure;
use super::request::Problems;
use crate::engine::catalogue::Game;
use crate::fields::Fields;

/// What a look-up asks for.
#[derive(Debug)]
pub(super) enum Wanted<'a> {
    Id(u64),
    Reference(&'a str),
}

/// Reads `id` and `merchant_tx_id`, of which one is needed; with both, the id counts.
pub(super) fn wanted<'a>(query: &'a Fields, request: &'static str) -> Result<Wanted<'a>, Failure> {
    let mut problems = Problems::of(request);
    match (query.get("id"), query.get("merchant_tx_id")) {
        (Some(text), _) => match text.parse() {
            Ok(id) => return Ok(Wanted::Id(id)),
            Err(_) => problems.add("id", "number"),
        },
        (None, Some(reference)) => return Ok(Wanted::Reference(reference)),
        (None, None) => problems.add("id", "required_without"),
    }
    problems.finish()?;
    Err(Failure::not_found())
}

/// Reads `game`, which must be there.
pub(super) fn game(query: &Fields) -> Result<Game, Failure> {
    query.get("game").and_then(super::words::game).ok_or_else(Failure::invalid_game)
}

/// A number in a range; `usual` where it is not sent.
pub(super) fn number(
    query: &Fields,
    problems: &mut Problems,
    name: &str,
    usual: usize,
    (least, most): (usize, usize),
) -> usize {
    let Some(text) = query.get(name) else {
        return usual;
    };
    match text.parse::<usize>() {
        Ok(number) if number < least => problems.add(name, "min"),
        Ok(number) if number > most => problems.add(name, "max"),
        Ok(number) => return number,
        Err(_) => problems.add(name, "number"),
    }
    usual
}

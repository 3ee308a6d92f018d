//! Credits users from the stream of status changes alone, exactly once.
//!
//! `skinbus-client` reads, decides and acknowledges; [`database`] makes each decision one transaction. A message is acknowledged
//! after that is committed. What is between the two may happen again, and then changes nothing. The recipe, for other languages
//! and databases too, is `docs/crediting.md`.

pub mod database;

/// Why the program ends. Starting it again is always safe.
pub type Problem = Box<dyn std::error::Error + Send + Sync>;

//! The comparison: a table of rows against trades, and what must hold for all of them.

mod properties;
mod records;
mod table;

//! Users are credited exactly once: whatever is delivered again, in any order, and whenever the program dies.
#![cfg(test)]

mod delivered;
mod history;
mod killed;
mod program;

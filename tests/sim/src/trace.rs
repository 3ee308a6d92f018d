//! What happened, as a hash always, and in words where somebody wants to read it.

use std::cell::{Cell, RefCell};
use std::fmt;

use crate::queue::Micros;

/// The record of a run.
#[derive(Default)]
pub struct Trace {
    hash: Cell<u64>,
    began: Cell<Micros>,
    is_kept: bool,
    lines: RefCell<Vec<(String, String)>>,
}

impl Trace {
    /// A record that keeps its words or not.
    #[must_use]
    pub fn new(is_kept: bool, began: Micros) -> Self {
        Self {
            hash: Cell::new(0xCBF2_9CE4_8422_2325),
            began: Cell::new(began),
            is_kept,
            lines: RefCell::default(),
        }
    }

    fn mix(&self, bytes: &[u8]) {
        let mut hash = self.hash.get();
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
        self.hash.set(hash);
    }

    /// Writes down that `what` happened to `whom`, about the order `about`.
    pub fn note(&self, at: Micros, whom: &str, what: &str, about: &str, details: fmt::Arguments<'_>) {
        self.mix(&at.to_le_bytes());
        self.mix(whom.as_bytes());
        self.mix(what.as_bytes());
        self.mix(about.as_bytes());
        if self.is_kept {
            let ms = (at - self.began.get()) / 1000;
            let line = format!("{:>6}.{:03}  {whom:<12} {what:<22} {about} {details}", ms / 1000, ms % 1000);
            self.lines.borrow_mut().push((about.to_owned(), line));
        }
    }

    /// Equal for two runs in which the same happened.
    pub fn hash(&self) -> u64 {
        self.hash.get()
    }

    /// Everything that was kept.
    pub fn all(&self) -> Vec<String> {
        self.lines.borrow().iter().map(|(_, line)| line.clone()).collect()
    }

    /// The last `count` lines about an order, or about anything where none is named.
    pub fn last(&self, about: &str, count: usize) -> Vec<String> {
        let lines = self.lines.borrow();
        let fitting = lines.iter().filter(|(of, _)| about.is_empty() || of.is_empty() || of == about);
        let mut last: Vec<String> = fitting.rev().take(count).map(|(_, line)| line.clone()).collect();
        last.reverse();
        last
    }
}

mod arrival;
mod cells;
mod invariants;
mod rules;
mod states;
mod table;
mod versions;
mod walk;

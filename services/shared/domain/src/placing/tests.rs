mod paths;
mod permits;
mod race;

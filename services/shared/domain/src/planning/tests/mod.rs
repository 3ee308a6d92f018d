mod agenda;
mod bounds;
mod million;
mod record;

use crate::samples::at;

//! The oracle must catch what it is there for: each record here is doctored in one place.

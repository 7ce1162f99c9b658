//! Result records: what a run leaves behind.

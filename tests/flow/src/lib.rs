//! Call-flow tests: name the entities, break something, run, compare the ladder.

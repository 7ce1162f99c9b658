//! Scenario files, factorial plans, the runner and the statistics of experiments.

//! Plots, ladders and the report page, drawn from result records alone.

//! Plots.
mod figure;
mod ladder_svg;
mod map;
mod palette;
mod plots;
mod svg;
mod view;

pub use ladder_svg::ladder_svg;
pub use map::{Map, maps};
pub use plots::{Plot, plots};

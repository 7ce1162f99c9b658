//! The report of results that never ran: what it contains, that it is well formed, and that it is the same each time.

mod page;
mod plots;
mod synthetic;
mod terminal;
mod xml;

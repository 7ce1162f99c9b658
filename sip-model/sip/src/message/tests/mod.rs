//! What the message layer promises, by topic.

mod compose;
mod corpus;
mod edit;
mod framing;
mod hostile;
mod key;
mod mandatory;
mod traps;

use super::Message;

/// A request of 900 octets, as a proxy in the middle of a path sees it.
pub(super) const INVITE: &[u8] = include_bytes!("../../../benches/invite.sip");

/// `text` with its line feeds as line ends, parsed.
fn message(text: &str) -> Message<'static> {
    Message::parse(text.replace('\n', "\r\n").as_bytes()).unwrap().into_owned()
}

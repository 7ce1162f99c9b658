//! How the engine side tells messages apart without knowing their protocol.

use std::borrow::Cow;

/// The class of a message, an index into the service times of a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageClass(pub u16);

/// Tells messages apart for service times, faults and ladders. Handed to the engine by whoever assembles a run.
///
/// It is shown the [meaning](crate::Payload::meaning) of a payload: a compressed message has the class, label and
/// conversation that it has when it is plain.
pub trait Classifier: Send + Sync {
    /// The class of the message in these octets. Cheap: called for each arrival at a host with a CPU.
    fn class(&self, octets: &[u8]) -> MessageClass;

    /// What a ladder writes on the arrow, such as `INVITE` or `180 Ringing`.
    fn label<'a>(&self, octets: &'a [u8]) -> Cow<'a, str>;

    /// What groups the messages of one call in a trace, such as the Call-ID.
    fn conversation<'a>(&self, octets: &'a [u8]) -> Option<Cow<'a, str>>;
}

/// A classifier for octets of no known protocol: one class, no label.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unclassified;

impl Classifier for Unclassified {
    fn class(&self, _: &[u8]) -> MessageClass {
        MessageClass(0)
    }

    fn label<'a>(&self, octets: &'a [u8]) -> Cow<'a, str> {
        Cow::Owned(format!("{} octets", octets.len()))
    }

    fn conversation<'a>(&self, _: &'a [u8]) -> Option<Cow<'a, str>> {
        None
    }
}

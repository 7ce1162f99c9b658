//! Feedback: what one endpoint asks of, and tells, the other (RFC 3320 7.1 and 9.4.9).

use crate::parameters::Resources;
use crate::state::PartialStateId;

/// A feedback item: a token that one compressor sends and gets back unmodified. RFC 3320 7.1.
///
/// One octet 0nnnnnnn, or 1nnnnnnn and that many octets: 1 to 128 octets on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedbackItem(Box<[u8]>);

impl FeedbackItem {
    /// The item of one octet with `value`; `None` above 127.
    #[must_use]
    pub fn short(value: u8) -> Option<Self> {
        (value & LONG == 0).then(|| Self([value].into()))
    }

    /// The item with a field of its own length; `None` above 127 octets.
    #[must_use]
    pub fn long(field: &[u8]) -> Option<Self> {
        let length = u8::try_from(field.len()).ok().filter(|length| length & LONG == 0)?;
        Some(Self([&[LONG | length], field].concat().into()))
    }

    /// The item at the start of `octets`; `None` if they end before it does.
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let first = *octets.first()?;
        let length = if first & LONG == 0 { 0 } else { usize::from(first & !LONG) };
        Some(Self(octets.get(..1 + length)?.into()))
    }

    /// The octets on the wire, 1 to 128.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// `returned_feedback_field`: the octet of a short item (0 to 127), or the 0 to 127 octets of a long one.
    #[must_use]
    pub fn field(&self) -> &[u8] {
        if self.0[0] & LONG == 0 { &self.0 } else { &self.0[1..] }
    }
}

const LONG: u8 = 0x80;

/// What the sender of a message wants from this endpoint. RFC 3320 9.4.9, figure 12.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestedFeedback {
    /// The Q-bit and its item: to be copied into the messages that go back, until another request replaces it.
    /// `None` replaces an earlier item by nothing (RFC 4896 9.2).
    pub item: Option<FeedbackItem>,
    /// The S-bit: the sender neither saves nor uses state here, whose memory can be reclaimed.
    pub no_state: bool,
    /// The I-bit: the sender uses no locally available state, which need not be announced.
    pub no_local_state: bool,
}

/// What the sender of a message tells about itself as a receiver. RFC 3320 9.4.9, figure 13.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReturnedParameters {
    /// Its cycles and memory, if told.
    pub resources: Option<Resources>,
    /// Its `SigComp_version`, if told.
    pub version: Option<u8>,
    /// Locally available state that it offers, in the order told.
    pub states: Vec<PartialStateId>,
}

impl ReturnedParameters {
    /// The octets to be placed at `returned_parameters_location`, the ending octet included.
    #[must_use]
    pub fn octets(&self) -> Vec<u8> {
        let mut octets = vec![self.resources.map_or(0, Resources::octet), self.version.unwrap_or(0)];
        for state in &self.states {
            let octets_of_id = state.octets();
            octets
                .push(u8::try_from(octets_of_id.len()).expect("a partial identifier has at most 20 octets"));
            octets.extend_from_slice(octets_of_id);
        }
        octets.push(0);
        octets
    }

    /// Reads parameters from the start of `octets`; `None` if they end before the list of identifiers does.
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let (&[resources, version], mut rest) = octets.split_first_chunk()?;
        let mut states = Vec::new();
        //= RFC 3320 9.4.9: the list is terminated by a length below 6 or above 20
        while let (&length @ 6..=20, tail) = rest.split_first()? {
            let (id, tail) = tail.split_at_checked(usize::from(length))?;
            states.extend(PartialStateId::new(id));
            rest = tail;
        }
        let version = (version != 0).then_some(version);
        Some(Self { resources: Resources::from_octet(resources), version, states })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameters;

    #[test]
    fn items_of_both_forms_read_back() {
        assert_eq!(FeedbackItem::short(127).unwrap().octets(), [127]);
        assert_eq!(FeedbackItem::short(128), None);
        let long = FeedbackItem::long(&[9; 127]).unwrap();
        assert_eq!((long.octets().len(), long.octets()[0], long.field()), (128, 0xff, &[9; 127][..]));
        assert_eq!(FeedbackItem::long(&[0; 128]), None);
        assert_eq!(FeedbackItem::parse(&[long.octets(), b"rest"].concat()), Some(long.clone()));
        assert_eq!(FeedbackItem::parse(&long.octets()[..127]), None, "cut short");
        assert_eq!(FeedbackItem::parse(&[0x80]).unwrap().field(), b"", "a long item may be empty");
        assert_eq!(FeedbackItem::parse(&[]), None);
    }

    #[test]
    fn parameters_read_back() {
        let states = vec![PartialStateId::new(&[1; 6]).unwrap(), PartialStateId::new(&[2; 20]).unwrap()];
        let Parameters { resources, version } = Parameters::SIP_MINIMUM;
        let told = ReturnedParameters { resources: Some(resources), version: Some(version), states };
        assert_eq!(ReturnedParameters::parse(&told.octets()), Some(told.clone()));
        assert_eq!(ReturnedParameters::parse(&told.octets()[..20]), None, "cut short");
        assert_eq!(
            ReturnedParameters::parse(&[0, 0, 21]),
            Some(ReturnedParameters::default()),
            "nothing is told"
        );
    }
}

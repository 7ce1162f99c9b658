//! The session of a call as one side describes it (RFC 3261 13.2.1, RFC 3264).

use std::borrow::Cow;
use std::net::IpAddr;

use sim_api::content_hash;

use super::identity::Identities;
use super::persona::SessionPersona;
use crate::message::Compose;
use crate::sdp::{AudioOffer, Direction, NoCommonFormat, Sdp};

/// The first UDP port for media: RTP to and from a line. No media flow in the model.
const MEDIA_PORT: u16 = 49_170;

/// What one side has said of its session, and whether the peer owes an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    /// The number of the session in its origin.
    id: u64,
    /// How often the description has changed.
    changes: u64,
    /// The hash of the last description, 0 before the first.
    described: u64,
    /// How many re-INVITEs there were, in either direction.
    modifications: usize,
    /// In which direction this side wants media to flow.
    pub(super) direction: Direction,
    pub(super) offer: Offer,
}

/// Whether an offer of this side waits for its answer in an ACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// Nothing is open.
    Settled,
    /// A 2xx carried an offer: the ACK must carry the answer (RFC 3261 13.2.1).
    InAnswer,
}

/// Who describes a session: a line, as its identity has it.
#[derive(Clone, Debug)]
pub(super) struct Speaker<'a> {
    user: Cow<'a, str>,
    address: IpAddr,
    persona: Option<&'a SessionPersona>,
}

impl<'a> Speaker<'a> {
    pub(super) fn of(lines: &'a Identities, line: u32) -> Speaker<'a> {
        Speaker {
            user: lines.user(line),
            address: lines.address(line).ip(),
            persona: lines.persona(line).map(|persona| &persona.session),
        }
    }
}

impl Session {
    /// The session of the call `subject`, of which nothing was said so far.
    pub(super) fn new(subject: u64) -> Session {
        let (direction, offer) = (Direction::SendRecv, Offer::Settled);
        Session { id: subject >> 32, changes: 0, described: 0, modifications: 0, direction, offer }
    }

    /// Takes note that a re-INVITE begins.
    pub(super) fn begin_modification(&mut self) {
        self.modifications += 1;
    }

    /// The description with which `speaker` offers.
    pub(super) fn describe(&mut self, speaker: &Speaker<'_>) -> Vec<u8> {
        self.settle(|session| {
            let mut text = Vec::with_capacity(256);
            session.local(speaker).compose(&mut text);
            Ok(text)
        })
        .expect("an offer agrees with itself")
    }

    /// The description with which `speaker` offers in a 2xx.
    pub(super) fn offer_in_answer(&mut self, speaker: &Speaker<'_>) -> Vec<u8> {
        self.offer = Offer::InAnswer;
        self.describe(speaker)
    }

    /// The description with which `speaker` answers `offer`.
    ///
    /// # Errors
    /// [`NoCommonFormat`] when there is nothing to agree on.
    pub(super) fn answer(
        &mut self,
        speaker: &Speaker<'_>,
        offer: &Sdp<'_>,
    ) -> Result<Vec<u8>, NoCommonFormat> {
        self.settle(|session| {
            let mut text = Vec::with_capacity(256);
            session.local(speaker).answer(offer)?.compose(&mut text);
            Ok(text)
        })
    }

    /// Whether an ACK with this body leaves nothing open: it answers the offer of a 2xx, if there was one.
    pub(super) fn settles_with(&mut self, body: &[u8]) -> bool {
        match std::mem::replace(&mut self.offer, Offer::Settled) {
            Offer::Settled => true,
            //= RFC 3264 6: a stream is rejected by the port zero in the answer
            Offer::InAnswer => {
                Sdp::parse(body).is_ok_and(|answer| answer.media().any(|media| media.line.port != 0))
            }
        }
    }

    /// This session as it was `before` an offer that was refused. Versions are not given twice.
    pub(super) fn returned_to(self, before: Session) -> Session {
        Session { direction: before.direction, offer: before.offer, ..self }
    }

    /// The description that `compose` writes, with a version that has grown if it differs from the last one.
    fn settle(
        &mut self,
        compose: impl Fn(&Session) -> Result<Vec<u8>, NoCommonFormat>,
    ) -> Result<Vec<u8>, NoCommonFormat> {
        let mut text = compose(self)?;
        if self.described != 0 && self.described != content_hash(&text) {
            //= RFC 3264 8: when issuing an offer that modifies the session, the "o=" line of the new SDP MUST be
            // identical to that in the previous SDP, except that the version in the origin field MUST increment by one
            self.changes += 1;
            text = compose(self)?;
        }
        self.described = content_hash(&text);
        Ok(text)
    }

    fn local<'a>(&self, speaker: &'a Speaker<'_>) -> AudioOffer<'a> {
        let offer = AudioOffer::new(&speaker.user, self.id, speaker.address, MEDIA_PORT);
        let offer = AudioOffer { direction: self.direction, ..offer };
        let Some(persona) = speaker.persona else {
            return AudioOffer { version: self.id + self.changes, ..offer };
        };
        AudioOffer {
            session_id: persona.id,
            version: persona.id + self.changes,
            port: persona.port(self.modifications),
            host: Some(&persona.host),
            formats: &persona.formats,
            form: persona.form,
            ..offer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaker() -> Speaker<'static> {
        Speaker { user: "alice".into(), address: "192.0.2.1".parse().unwrap(), persona: None }
    }

    fn versions(description: &[u8]) -> (u64, u64) {
        let origin = Sdp::parse(description).unwrap().origin();
        (origin.session_id, origin.version)
    }

    #[test]
    fn version_grows_by_one_with_each_change_and_only_then() {
        let mut session = Session::new(7 << 32);
        assert_eq!(versions(&session.describe(&speaker())), (7, 7));
        assert_eq!(
            versions(&session.describe(&speaker())),
            (7, 7),
            "the same description has the same version"
        );
        session.direction = Direction::SendOnly;
        assert_eq!(versions(&session.describe(&speaker())), (7, 8));
        let moved = Speaker { address: "192.0.2.9".parse().unwrap(), ..speaker() };
        assert_eq!(versions(&session.describe(&moved)), (7, 9));
    }

    #[test]
    fn answer_to_a_hold_is_recvonly_in_a_new_version() {
        let (mut alice, mut bob) = (Session::new(1 << 32), Session::new(2 << 32));
        let offer = alice.describe(&speaker());
        bob.answer(&speaker(), &Sdp::parse(&offer).unwrap()).unwrap();
        alice.direction = Direction::SendOnly;
        let hold = alice.describe(&speaker());
        let answer = bob.answer(&speaker(), &Sdp::parse(&hold).unwrap()).unwrap();
        assert_eq!(versions(&answer), (2, 3));
        assert!(String::from_utf8(answer).unwrap().contains("a=recvonly"));
    }
}

//! Keys by which messages find their transactions (RFC 3261 17.1.3, 17.2.3, 8.2.2.2).
//!
//! A key is 128 bits of a hash that is the same on every platform. Two different transactions share a key with a
//! probability of about n²/2^129 among n live ones: 10^-27 for a million. The hash is fixed and not meant to
//! withstand an adversary who searches for collisions.

use super::error::ParseError;
use super::lex::lower_case;
use super::method::Method;
use super::{Message, StartLine};
use crate::header::{Branch, HeaderField as _, Via};
use crate::uri::{Host, HostPort};

/// The identity of a transaction, as far as a message tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionKey([u64; 2]);

/// The identity of a request whatever way it took: From tag, Call-ID and CSeq (RFC 3261 8.2.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MergeKey([u64; 2]);

/// What keeps keys of different kinds apart.
#[derive(Clone, Copy)]
enum Domain {
    Server = 1,
    LegacyServer = 2,
    Client = 3,
    Merge = 4,
    Method = 5,
}

impl TransactionKey {
    /// The key of the server transaction that `request` belongs to.
    ///
    /// ACK has the key of its INVITE. CANCEL has a key of its own, from which [`TransactionKey::cancelled`] leads
    /// to the request that it cancels. Without a unique branch the rules for RFC 2543 elements apply; the To tag is
    /// left out there for INVITE, ACK and CANCEL, so whoever takes such an ACK compares its To tag with the tag in
    /// the response that was sent.
    ///
    /// # Errors
    /// When the topmost Via cannot be read, or, without a unique branch, From, Call-ID or CSeq.
    pub fn of_request(request: &Message<'_>) -> Result<Self, ParseError> {
        let via = request.via()?;
        let method = request.method().unwrap_or(Method::Extension(""));
        let base = match via.branch.filter(Branch::is_unique) {
            Some(branch) => Self::server_base(branch, &via.sent_by),
            None => Self::legacy_base(request, method)?,
        };
        Ok(base.with(method_class(method)))
    }

    /// The key of the client transaction that `response` belongs to.
    ///
    /// # Errors
    /// When the topmost Via or CSeq cannot be read.
    pub fn of_response(response: &Message<'_>) -> Result<Self, ParseError> {
        let via = response.via()?;
        let cseq = response.cseq()?;
        Ok(Self::client(via.branch.unwrap_or(Branch::NONE), cseq.method))
    }

    /// The key of the client transaction that sends a request of `method` with `branch` in its topmost Via.
    #[must_use]
    pub fn client(branch: Branch<'_>, method: Method<'_>) -> Self {
        //= RFC 3261 17.1.3: if the response has the same value of the branch parameter in the top Via header field
        // as the branch parameter in the top Via header field of the request that created the transaction
        let mut hash = KeyHash::new(Domain::Client);
        hash.absorb_ignoring_case(branch.as_str().as_bytes());
        //= RFC 3261 17.1.3: if the method parameter in the CSeq header field matches the method of the request
        Self(hash.finish()).with(method)
    }

    /// The key of the request of `method` that the CANCEL with this key cancels.
    #[must_use]
    pub fn cancelled(self, method: Method<'_>) -> Self {
        //= RFC 3261 9.2: assuming that the request method is anything but CANCEL or ACK and applying the
        // transaction matching procedures of Section 17.2.3
        self.with(Method::Cancel).with(method_class(method))
    }

    /// The key of the INVITE that the CANCEL with this key cancels.
    #[must_use]
    pub fn invite_key(self) -> Self {
        self.cancelled(Method::Invite)
    }

    /// The key as one number.
    #[must_use]
    pub fn as_u128(self) -> u128 {
        u128::from(self.0[0]) << 64 | u128::from(self.0[1])
    }

    /// What a server transaction's key is made from, apart from the method.
    fn server_base(branch: Branch<'_>, sent_by: &HostPort<'_>) -> Self {
        //= RFC 3261 17.2.3: the branch parameter in the request is equal to the one in the top Via header
        // field of the request that created the transaction
        //= RFC 3261 17.2.3: the sent-by value in the top Via of the request is equal to the one in the
        // request that created the transaction
        let mut hash = KeyHash::new(Domain::Server);
        hash.absorb_ignoring_case(branch.as_str().as_bytes());
        hash.absorb_host(&sent_by.host);
        hash.absorb_word(sent_by.port.map_or(u64::MAX, u64::from));
        Self(hash.finish())
    }

    /// As [`Self::server_base`], for requests of RFC 2543 elements.
    fn legacy_base(request: &Message<'_>, method: Method<'_>) -> Result<Self, ParseError> {
        //= RFC 3261 17.2.3: the INVITE request matches a transaction if the Request-URI, To tag, From tag, Call-ID,
        // CSeq, and top Via header field match
        let mut hash = KeyHash::new(Domain::LegacyServer);
        if let StartLine::Request { uri, .. } = request.start_line() {
            hash.absorb(uri.as_bytes());
        }
        let cseq = request.cseq()?;
        hash.absorb_word(u64::from(cseq.number));
        hash.absorb(request.call_id()?.as_str().as_bytes());
        hash.absorb_ignoring_case(request.from()?.tag.map_or("", |tag| tag.as_str()).as_bytes());
        if !matches!(method, Method::Invite | Method::Ack | Method::Cancel) {
            hash.absorb_ignoring_case(request.to()?.tag.map_or("", |tag| tag.as_str()).as_bytes());
        }
        hash.absorb_tight(request.top_value(Via::NAME).unwrap_or_default());
        Ok(Self(hash.finish()))
    }

    /// Adds `method` to the key, or takes it away again.
    fn with(self, method: Method<'_>) -> Self {
        let mut hash = KeyHash::new(Domain::Method);
        hash.absorb(method.as_str().as_bytes());
        let [high, low] = hash.finish();
        Self([self.0[0] ^ high, self.0[1] ^ low])
    }
}

/// The method by which a request finds its server transaction.
fn method_class(method: Method<'_>) -> Method<'_> {
    match method {
        //= RFC 3261 17.2.3: except for ACK, where the method of the request that created the transaction is INVITE
        Method::Ack => Method::Invite,
        other => other,
    }
}

impl MergeKey {
    /// The key of `request`, `None` inside a dialog, where requests do not merge.
    ///
    /// # Errors
    /// When To, From, Call-ID or CSeq cannot be read.
    pub fn of(request: &Message<'_>) -> Result<Option<Self>, ParseError> {
        //= RFC 3261 8.2.2.2: if the request has no tag in the To header field
        if request.to()?.tag.is_some() {
            return Ok(None);
        }
        let cseq = request.cseq()?;
        let mut hash = KeyHash::new(Domain::Merge);
        hash.absorb_ignoring_case(request.from()?.tag.map_or("", |tag| tag.as_str()).as_bytes());
        hash.absorb(request.call_id()?.as_str().as_bytes());
        hash.absorb_word(u64::from(cseq.number));
        hash.absorb(cseq.method.as_str().as_bytes());
        Ok(Some(Self(hash.finish())))
    }

    /// The key as one number.
    #[must_use]
    pub fn as_u128(self) -> u128 {
        u128::from(self.0[0]) << 64 | u128::from(self.0[1])
    }
}

/// Two lanes of multiply-and-fold over words of eight octets.
struct KeyHash([u64; 2]);

/// Odd constants with as many ones as zeros, from the digits of π and e.
const MIX: [u64; 2] = [0x243F_6A88_85A3_08D3, 0xB7E1_5162_8AED_2A6B];

impl KeyHash {
    fn new(domain: Domain) -> Self {
        let mut hash = Self([0x1319_8A2E_0370_7344, 0x9F48_6E19_7C2D_55A1]);
        hash.absorb_word(domain as u64);
        hash
    }

    fn absorb_word(&mut self, word: u64) {
        self.0[0] = fold(self.0[0] ^ word, MIX[0]);
        self.0[1] = fold(self.0[1].rotate_left(23) ^ word, MIX[1]);
    }

    /// Absorbs `octets` and their number, so that neighbouring texts keep their border.
    fn absorb(&mut self, octets: &[u8]) {
        self.absorb_mapped(octets, |word| word);
    }

    /// As [`Self::absorb`], capitals taken as small letters.
    fn absorb_ignoring_case(&mut self, octets: &[u8]) {
        self.absorb_mapped(octets, lower_case);
    }

    fn absorb_mapped(&mut self, octets: &[u8], map: impl Fn(u64) -> u64) {
        let mut chunks = octets.chunks_exact(8);
        for chunk in &mut chunks {
            let word = u64::from_le_bytes(chunk.try_into().expect("chunks_exact gives eight octets"));
            self.absorb_word(map(word));
        }
        let tail = chunks.remainder().iter().rev().fold(0, |word, &octet| word << 8 | u64::from(octet));
        self.absorb_word(map(tail));
        self.absorb_word(octets.len() as u64);
    }

    /// Absorbs `octets` without white space and without case.
    fn absorb_tight(&mut self, octets: &[u8]) {
        for octet in octets.iter().filter(|octet| !octet.is_ascii_whitespace()) {
            self.absorb_word(u64::from(octet.to_ascii_lowercase()));
        }
    }

    fn absorb_host(&mut self, host: &Host<'_>) {
        match host {
            Host::Domain(name) => self.absorb_ignoring_case(name.as_bytes()),
            Host::V4(address) => self.absorb(&address.octets()),
            Host::V6(address) => self.absorb(&address.octets()),
        }
    }

    fn finish(mut self) -> [u64; 2] {
        let [a, b] = self.0;
        self.absorb_word(a ^ b.rotate_left(32));
        self.0
    }
}

/// The halves of the product, added without carry.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_on_every_platform() {
        let key = TransactionKey::client(Branch::new("z9hG4bKnashds7").unwrap(), Method::Invite);
        // Computed by an independent program from the definition of the hash.
        assert_eq!(key.as_u128(), 0x39EF_5862_3F7D_C864_1549_3E5F_C75E_F544);
    }

    #[test]
    fn counted_branches_do_not_collide() {
        let mut keys: Vec<_> = (0..200_000u32)
            .map(|n| TransactionKey::client(Branch::new(&format!("z9hG4bK{n:x}")).unwrap(), Method::Invite))
            .collect();
        let low_halves = keys.iter().map(|key| key.0[1]).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(low_halves.len(), keys.len(), "each half alone tells them apart");
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 200_000);
    }
}

//! What the transaction layer and its users say to each other.

use std::net::SocketAddr;

use dns::StubConfig;
use sim_api::Outgoing;

use super::invite_server::Trying;
use super::table::Row;
use crate::header::Via;
use crate::locate::{Blacklisting, Hop};
use crate::message::{Method, TransactionKey};
use crate::timers::TimerPolicy;

/// A client transaction. The number is never given to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub(super) Row);

/// A server transaction. The number is never given to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(pub(super) Row);

/// What a transaction user calls its own part of a transaction, such as the row of a call. The layer only carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserToken(pub u32);

/// What a node asks of its transaction layer.
#[derive(Clone, Debug)]
pub struct TransactionConfig {
    /// The timers, by peer.
    pub timers: TimerPolicy,
    /// Who sends 100 for an INVITE.
    pub trying: Trying,
    /// Whether merged requests are told from new ones.
    pub merged: MergedRequests,
    /// How many transactions may live at once, lingering ones included.
    pub limit: usize,
    /// Whether elements that failed are avoided.
    pub blacklisting: Blacklisting,
    /// How the DNS is asked for hops that are to be found there, `None` when it cannot be. The layer chooses the token.
    pub dns: Option<StubConfig>,
}

/// What to do about a request that came here by two paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergedRequests {
    /// A UAS tells them apart and answers 482 (RFC 3261 8.2.2.2).
    Detect,
    /// As [`MergedRequests::Detect`], for these methods only: those for which a proxy-registrar is a UAS.
    DetectOf(&'static [Method<'static>]),
    /// A proxy forwards them: they may be a spiral.
    Ignore,
}

/// What a received message is to the transaction user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Received {
    /// A new request. The user responds, or proxies, or abandons it.
    Request(ServerId),
    /// A new request that came by another path before. A UAS answers 482.
    Merged(ServerId),
    /// A CANCEL. The user answers it, and rejects the INVITE if there is one and it has no final response.
    Cancel {
        /// The transaction of the CANCEL itself.
        cancel: ServerId,
        /// The INVITE that it means. Its own transaction when it means another request, on which it has no effect but a
        /// 200. `None` when no such request is known: 481.
        invite: Option<ServerId>,
    },
    /// An ACK that acknowledges no rejection: for a 2xx, or stray.
    Ack {
        /// The accepted INVITE with the same branch; none for an ACK that follows RFC 3261 13.2.2.4.
        invite: Option<ServerId>,
    },
    /// A response for the user of a client transaction.
    Response {
        /// The transaction.
        client: ClientId,
        /// What the user gave with the request.
        user: UserToken,
    },
    /// A 503 sent the request of a client transaction on to the next element (RFC 3263 4.3); it is acknowledged.
    Moved {
        /// The transaction: it has the same name as before.
        client: ClientId,
        /// What the user gave with the request.
        user: UserToken,
    },
    /// A response that matches no transaction: dropped and counted.
    Stray,
    /// Nothing for the user: the layer did what is to be done.
    Absorbed,
    /// A new request that finds no room. The user may answer 503 without a transaction.
    Refused,
    /// A message whose Via, CSeq or other key part cannot be read: counted.
    Malformed,
}

/// What became of a transaction. It is gone in every case but [`Expired::Moved`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Expired {
    /// No final response came: the user proceeds as if it were a 408.
    Timeout {
        /// The transaction that was.
        client: ClientId,
        /// What the user gave with the request.
        user: UserToken,
    },
    /// Nobody can be reached who might answer: the user proceeds as if it were a 503.
    Unreachable {
        /// The transaction that was.
        client: ClientId,
        /// What the user gave with the request.
        user: UserToken,
    },
    /// An element gave no response or cannot be reached, and the request is on its way to the next one.
    Moved {
        /// The transaction: it has the same name as before.
        client: ClientId,
        /// What the user gave with the request.
        user: UserToken,
    },
    /// No ACK to a rejection came within timer H.
    NoAck {
        /// The transaction that was.
        server: ServerId,
        /// What the user gave it.
        user: Option<UserToken>,
    },
    /// A client transaction with a final response has ended: no copy of a response comes any more.
    ClientEnded {
        /// The transaction that was.
        client: ClientId,
        /// What the user gave with the request.
        user: UserToken,
    },
    /// A server transaction with a final response has ended: a copy of the request would be a new one.
    ServerEnded {
        /// The transaction that was.
        server: ServerId,
        /// What the user gave it.
        user: Option<UserToken>,
    },
}

/// A request to be sent in a transaction.
#[derive(Clone, Copy, Debug)]
pub struct ClientRequest<'a> {
    /// The whole message.
    pub octets: &'a [u8],
    /// The key of its responses, from its top Via's branch and its method.
    pub key: TransactionKey,
    /// Which of the two client machines.
    pub kind: RequestKind,
    /// Where it is sent from: the address in its top Via.
    pub local: SocketAddr,
    /// Where it is sent to.
    pub hop: &'a Hop,
    /// What the user calls it.
    pub user: UserToken,
}

/// The requests that the machines tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// INVITE.
    Invite,
    /// Everything else but ACK, which has no transaction.
    NonInvite,
}

/// What became of a message outside any transaction.
#[derive(Clone, Debug)]
#[must_use]
pub enum Dispatch {
    /// It was sent; the handle sends it again.
    Sent(Outgoing),
    /// It is sent as soon as its hop is found.
    Later,
    /// There is nobody to send it to.
    Nobody,
}

/// Why a request was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// There is no room for another transaction.
    Full,
    /// Its hop is nobody whom its own address can reach.
    Nobody,
}

/// Where the responses to a request go that came from `source` with this top Via, over an unreliable transport.
pub fn response_destination(via: &Via<'_>, source: SocketAddr) -> SocketAddr {
    let sent_by_port = via.sent_by.port.unwrap_or(DEFAULT_PORT);
    //= RFC 3261 18.2.2: if the top Via contains a maddr parameter, the response MUST be forwarded to the address there
    if let Some(address) = via.maddr.and_then(|host| host.address()) {
        return SocketAddr::new(address, sent_by_port);
    }
    //= RFC 3581 4: the server MUST send the response to the source address and port, if there is an rport
    //= RFC 3261 18.2.2: otherwise to the address in "received" (the source), using the port in sent-by
    let port = if via.rport.is_some() { source.port() } else { sent_by_port };
    SocketAddr::new(source.ip(), port)
}

/// The port of SIP over UDP and TCP (RFC 3261 18.2.2, 19.1.2).
pub const DEFAULT_PORT: u16 = 5060;

//! Transactions (RFC 3261 17, RFC 6026): the four machines, and the layer that runs them for one node.
//!
//! ```text
//!              request, respond, cancel
//!   UA core ────────────────────────────▶ ┌──────────────┐   cx.send, cx.retransmit
//!   proxy   ◀──────────────────────────── │ Transactions │ ─────────────────────────▶ network
//!           Received, Expired: at most    │  machines    │ ◀─────────────────────────
//!           one for each event            └──────────────┘   receive(message), on_wake
//! ```
//!
//! A machine ([`InviteClient`], [`NonInviteClient`], [`InviteServer`], [`NonInviteServer`]) holds a state and nothing
//! else: it takes an input and pushes [`Action`]s. [`Transactions`] owns the machines in rows, finds them by integer
//! key, keeps what may have to be sent again, and arms one wake-up for each of them. Not modelled: transports other
//! than UDP, though the machines know reliable ones.

mod action;
#[cfg(test)]
mod check;
mod failover;
mod interface;
mod invite_client;
mod invite_server;
mod layer;
mod live;
mod non_invite_client;
mod non_invite_server;
mod seeking;
mod sending;
pub(crate) mod table;
#[cfg(test)]
mod tests;
mod token;

pub use action::{Action, Indication, Link, ResponseKind};
pub use interface::{
    ClientId, ClientRequest, DEFAULT_PORT, Dispatch, Expired, MergedRequests, NotSent, Received, RequestKind,
    ServerId, TransactionConfig, UserToken, response_destination,
};
pub use invite_client::{InviteClient, State as InviteClientState};
pub use invite_server::{InviteServer, State as InviteServerState, Trying, Verdict};
pub use layer::Transactions;
pub use non_invite_client::{NonInviteClient, State as NonInviteClientState};
pub use non_invite_server::{NonInviteServer, State as NonInviteServerState};
pub use token::TokenSpace;

//! How user agents send requests: where to, from which address, with which credentials (RFC 3261 8.1.2, 22).

use std::sync::Arc;

use sim_api::{Context, Outgoing, ProbeName};

use super::compose::{Inner, end_with};
use super::node::{Owner, UserAgents};
use super::policy::{ChallengeMemory, Passwords};
use super::wallet::{Bearer, Lesson, Tried, Wallet};
use crate::dialog::Dialog;
use crate::header::{Branch, CSeq};
use crate::locate::Hop;
use crate::message::{Message, Method, StatusCode, TransactionKey};
use crate::probe;
use crate::transaction::table::Row;
use crate::transaction::{ClientId, ClientRequest, Dispatch, NotSent, RequestKind};
use crate::uri::Uri;

/// A request whose octets stand ready.
#[derive(Clone, Copy)]
pub(super) struct Draft<'a> {
    /// The URI whose address the request is sent to.
    pub(super) next_hop: &'a str,
    pub(super) branch: &'a str,
    pub(super) method: Method<'a>,
    pub(super) kind: RequestKind,
    /// Who sends it.
    pub(super) line: u32,
    pub(super) owner: Owner,
}

/// Why a request was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsent {
    /// Nobody is known to serve the URI.
    NoRoute,
    /// There is no room for another transaction.
    Full,
}

impl UserAgents {
    /// Where a request for `uri` goes; `None` when nobody is known to serve it.
    pub(super) fn hop_towards(&self, uri: &str) -> Option<Hop> {
        let uri = Uri::parse(uri).ok()?;
        self.config.next_hop.next_hop(uri.as_sip()?)
    }

    /// Sends the request that was composed, in a new client transaction.
    pub(super) fn transact(&mut self, draft: &Draft<'_>, cx: &mut Context<'_>) -> Result<ClientId, Unsent> {
        let hop = self.hop_towards(draft.next_hop).ok_or(Unsent::NoRoute)?;
        let branch = Branch::new(draft.branch).expect("branches are made of digits and points");
        let request = ClientRequest {
            octets: &self.octets,
            key: TransactionKey::client(branch, draft.method),
            kind: draft.kind,
            local: self.config.identities.address(draft.line),
            hop: &hop,
            user: draft.owner.token(),
        };
        self.transactions.request(request, cx).map_err(|not_sent| match not_sent {
            NotSent::Full => Unsent::Full,
            NotSent::Nobody => Unsent::NoRoute,
        })
    }

    /// Reports a request that was not sent: under `name` when it found no room.
    pub(super) fn report_unsent(&self, unsent: Unsent, name: ProbeName, subject: u64, cx: &mut Context<'_>) {
        match unsent {
            Unsent::NoRoute => cx.probe(probe::CALL_NO_ROUTE, subject, 1),
            Unsent::Full => cx.probe(name, subject, StatusCode::SERVICE_UNAVAILABLE.code().into()),
        }
    }

    /// Sends an ACK in `dialog` for the 2xx to INVITE `number`, outside any transaction, with these rows of credentials
    /// and this answer; `None` when its target has no address, or none that is known yet.
    pub(super) fn send_ack(
        &mut self,
        line: u32,
        dialog: &Dialog,
        number: u32,
        (proofs, answer): (&[u8], &[u8]),
        cx: &mut Context<'_>,
    ) -> Option<Outgoing> {
        let plan = dialog.plan();
        let hop = self.hop_towards(&plan.next_hop)?;
        let branch = self.names.branch();
        let local = self.config.identities.address(line);
        //= RFC 3261 13.2.2.4: the sequence number of the CSeq header field MUST be the same as the INVITE being
        // acknowledged, but the CSeq method MUST be ACK
        let cseq = CSeq { number, method: Method::Ack };
        self.octets.clear();
        //= RFC 3261 13.2.2.4: the ACK MUST contain the same credentials as the INVITE
        let message = Inner { dialog, plan: &plan, cseq, branch: &branch }
            .begin(&self.config.identities, line, &mut self.octets)
            .rows(proofs);
        end_with(message, answer);
        match self.transactions.send(&hop, local, &self.octets, cx) {
            Dispatch::Sent(ack) => Some(ack),
            Dispatch::Later | Dispatch::Nobody => None,
        }
    }

    /// Sends a BYE in `dialog`: for `owner`, with the credentials that `bearer` has.
    pub(super) fn send_bye(
        &mut self,
        dialog: &Dialog,
        number: u32,
        line: u32,
        (owner, bearer): (Owner, Owner),
        cx: &mut Context<'_>,
    ) -> Result<ClientId, Unsent> {
        let plan = dialog.plan();
        let branch = self.names.branch();
        let proofs = self.prove(line, bearer, Method::Bye, &plan.request_uri, &[]);
        let cseq = CSeq { number, method: Method::Bye };
        self.octets.clear();
        Inner { dialog, plan: &plan, cseq, branch: &branch }
            .begin(&self.config.identities, line, &mut self.octets)
            .rows(&proofs)
            .finish();
        let draft = Draft {
            next_hop: &plan.next_hop,
            branch: &branch,
            method: Method::Bye,
            kind: RequestKind::NonInvite,
            line,
            owner,
        };
        self.transact(&draft, cx)
    }

    /// Acknowledges the 2xx to INVITE `number` of a call, with this answer if there is one.
    pub(super) fn acknowledge(&mut self, row: Row, number: u32, answer: &[u8], cx: &mut Context<'_>) {
        let call = self.record_mut(row);
        let (line, dialog) = (call.line, call.dialog.take().expect("an answered call has a dialog"));
        let proofs = std::mem::take(&mut call.proofs);
        let ack = self.send_ack(line, &dialog, number, (&proofs, answer), cx);
        let call = self.record_mut(row);
        (call.dialog, call.proofs) = (Some(dialog), proofs);
        if let Some(ack) = ack {
            call.keep_ack(number, ack);
        }
    }

    /// The rows of credentials for a request of `line`; none while nobody has challenged `owner`.
    pub(super) fn prove(
        &mut self,
        line: u32,
        owner: Owner,
        method: Method<'_>,
        uri: &str,
        body: &[u8],
    ) -> Vec<u8> {
        let owner = self.wallet_owner(line, owner);
        let mut rows = Vec::new();
        self.recall(line, owner);
        if self.wallets.is_empty() {
            return rows;
        }
        let Some(passwords) = self.passwords() else { return rows };
        let Some(wallet) = self.wallets.get_mut(&owner) else { return rows };
        let (user, cnonce) = (self.config.identities.user(line), self.names.cnonce());
        let bearer = Bearer {
            user: &user,
            passwords: &*passwords,
            quality: self.config.credentials.quality,
            method,
            uri,
            cnonce: &cnonce,
            body,
        };
        wallet.write(&bearer, &mut rows);
        rows
    }

    /// Learns from a 401 or 407 to a request of `owner`.
    pub(super) fn learn(
        &mut self,
        line: u32,
        owner: Owner,
        response: &Message<'_>,
        tried: &mut Tried,
    ) -> Lesson {
        let Some(passwords) = self.passwords() else { return Lesson::Refused };
        let owner = self.wallet_owner(line, owner);
        let user = self.config.identities.user(line);
        let wallet = self.wallets.entry(owner).or_default();
        let lesson = wallet.learn(response, tried, |realm| passwords.password(&user, realm).is_some());
        if wallet.is_empty() {
            self.wallets.remove(&owner);
        }
        lesson
    }

    /// Recalls the challenges that a persona has met before.
    fn recall(&mut self, line: u32, owner: Owner) {
        if let Some(persona) = self.config.identities.persona(line)
            && !(persona.challenges.is_empty() && persona.proxy_challenges.is_empty())
        {
            self.wallets
                .entry(owner)
                .or_insert_with(|| Wallet::knowing(&persona.challenges, &persona.proxy_challenges));
        }
    }

    /// Forgets the challenges that only `owner` has met.
    pub(super) fn forget_challenges(&mut self, owner: Owner) {
        if self.config.credentials.memory == ChallengeMemory::Dialog && !self.wallets.is_empty() {
            self.wallets.remove(&owner);
        }
    }

    /// Whose challenges a request of `owner` at `line` answers.
    fn wallet_owner(&self, line: u32, owner: Owner) -> Owner {
        match self.config.credentials.memory {
            ChallengeMemory::Dialog => owner,
            ChallengeMemory::Line => Owner::Line(line),
        }
    }

    fn passwords(&self) -> Option<Arc<dyn Passwords>> {
        let own = self.config.credentials.passwords.as_ref();
        own.or_else(|| self.config.registration.as_ref().map(|registration| &registration.passwords)).cloned()
    }
}

//! What the entities of a flow do on their own: the part of their configuration that tests change.

use std::cell::Cell;
use std::fmt;
use std::time::Duration;

use sim_api::Distribution;
use sip::auth::DigestAlgorithm;
use sip::message::StatusCode;
use sip::proxy::RecordRouting;
use sip::redirect::RedirectServerConfig;
use sip::server::{Durability, ProxyRegistrarConfig};
use sip::ua::{Answering, UserAgentsConfig};

/// What kind of entity a host is.
#[derive(Debug)]
pub(crate) enum Role {
    User(UserPlan),
    Proxy(ProxyPlan),
    Redirect(RedirectPlan),
    Peer,
    Router,
}

/// A user whom no host of the flow stands for, and where it is reached.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    pub(crate) user: String,
    /// Each a host or a URI, perhaps with a space and a preference behind it.
    pub(crate) contacts: Vec<String>,
}

impl Reached {
    fn new<C: AsRef<str>>(user: &str, contacts: impl IntoIterator<Item = C>) -> Reached {
        let contacts = contacts.into_iter().map(|contact| contact.as_ref().to_owned()).collect();
        Reached { user: user.to_owned(), contacts }
    }
}

/// A last change to a configuration, for what has no method of its own.
pub(crate) struct Change<C>(Cell<Option<Once<C>>>);

type Once<C> = Box<dyn FnOnce(&mut C)>;

impl<C> Change<C> {
    fn none() -> Change<C> {
        Change(Cell::new(None))
    }

    fn to(change: impl FnOnce(&mut C) + 'static) -> Change<C> {
        Change(Cell::new(Some(Box::new(change))))
    }

    /// Makes the change, once.
    pub(crate) fn apply(&self, config: &mut C) {
        if let Some(change) = self.0.take() {
            change(config);
        }
    }
}

impl<C> fmt::Debug for Change<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Change")
    }
}

/// How a user's home learns where to reach the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reachability {
    /// It has a binding that outlives the flow.
    Bound,
    /// It has none until the test orders a registration.
    Unbound,
    /// The user agent registers when it starts.
    RegistersAtStart,
}

/// A user agent with one line. As made by [`Flow::new`](crate::Flow::new): bound at its home, rings at once, answers at
/// once, in the domain `example.com`.
#[derive(Debug)]
pub struct UserPlan {
    pub(crate) domain: String,
    pub(crate) reachability: Reachability,
    pub(crate) ringing: Option<Duration>,
    pub(crate) answering: Answering,
    pub(crate) patience: Option<Duration>,
    pub(crate) password_prefix: &'static str,
    pub(crate) change: Change<UserAgentsConfig>,
}

/// What the passwords begin with that registrars know.
pub(crate) const PASSWORD_PREFIX: &str = "secret-of-";

impl Default for UserPlan {
    fn default() -> UserPlan {
        UserPlan {
            domain: "example.com".to_owned(),
            reachability: Reachability::Bound,
            ringing: Some(Duration::ZERO),
            answering: Answering::Answer { after: Distribution::Fixed(Duration::ZERO) },
            patience: None,
            password_prefix: PASSWORD_PREFIX,
            change: Change::none(),
        }
    }
}

impl UserPlan {
    /// In this domain: the address-of-record is `sip:NAME@DOMAIN`.
    #[must_use]
    pub fn domain(self, domain: &str) -> UserPlan {
        UserPlan { domain: domain.to_owned(), ..self }
    }

    /// Sends 180 so long after the INVITE.
    #[must_use]
    pub fn rings_after(self, after: Duration) -> UserPlan {
        UserPlan { ringing: Some(after), ..self }
    }

    /// Sends no 180.
    #[must_use]
    pub fn never_rings(self) -> UserPlan {
        UserPlan { ringing: None, ..self }
    }

    /// Answers so long after it began to ring.
    #[must_use]
    pub fn answers_after(self, after: Duration) -> UserPlan {
        UserPlan { answering: Answering::Answer { after: Distribution::Fixed(after) }, ..self }
    }

    /// Rings until the test gives an order or the caller gives up.
    #[must_use]
    pub fn never_answers(self) -> UserPlan {
        UserPlan { answering: Answering::Never, ..self }
    }

    /// Refuses each call with this status code so long after it began to ring; at once and without ringing when that is
    /// no time at all.
    ///
    /// # Panics
    /// When `code` is not from 300 to 699.
    #[must_use]
    pub fn rejects(self, code: u16, after: Duration) -> UserPlan {
        let status = StatusCode::new(code).filter(|status| status.is_final() && !status.is_success());
        let status = status.unwrap_or_else(|| panic!("{code} rejects nothing: a rejection is 300 to 699"));
        UserPlan { answering: Answering::Reject { status, after: Distribution::Fixed(after) }, ..self }
    }

    /// Cancels its own calls that have no final response after so long.
    #[must_use]
    pub fn gives_up_after(self, patience: Duration) -> UserPlan {
        UserPlan { patience: Some(patience), ..self }
    }

    /// Has no binding until [`User::registers`](crate::User::registers).
    #[must_use]
    pub fn unregistered(self) -> UserPlan {
        UserPlan { reachability: Reachability::Unbound, ..self }
    }

    /// Has no binding, and registers when it starts and after a crash that lost its memory.
    #[must_use]
    pub fn registers_at_start(self) -> UserPlan {
        UserPlan { reachability: Reachability::RegistersAtStart, ..self }
    }

    /// Believes in a password that neither its registrar nor any proxy knows.
    #[must_use]
    pub fn wrong_password(self) -> UserPlan {
        UserPlan { password_prefix: "guess-of-", ..self }
    }

    /// Changes the node's whole configuration, after everything else; the last call of this method counts.
    #[must_use]
    pub fn configured(self, change: impl FnOnce(&mut UserAgentsConfig) + 'static) -> UserPlan {
        UserPlan { change: Change::to(change), ..self }
    }
}

/// A stateful proxy with a registrar. As made by [`Flow::new`](crate::Flow::new): record-routes, and believes everybody
/// who registers.
#[derive(Debug)]
pub struct ProxyPlan {
    pub(crate) record_route: RecordRouting,
    pub(crate) challenge: Option<DigestAlgorithm>,
    pub(crate) gate: Option<DigestAlgorithm>,
    pub(crate) bindings: Durability,
    pub(crate) reached: Vec<Reached>,
    pub(crate) change: Change<ProxyRegistrarConfig>,
}

impl Default for ProxyPlan {
    fn default() -> ProxyPlan {
        ProxyPlan {
            record_route: RecordRouting::On,
            challenge: None,
            gate: None,
            bindings: Durability::Volatile,
            reached: Vec::new(),
            change: Change::none(),
        }
    }
}

impl ProxyPlan {
    /// Leaves the path of dialogs after their first request.
    #[must_use]
    pub fn without_record_route(self) -> ProxyPlan {
        ProxyPlan { record_route: RecordRouting::Off, ..self }
    }

    /// Challenges each REGISTER with this algorithm, in the realm of the user's domain.
    #[must_use]
    pub fn challenges(self, algorithm: DigestAlgorithm) -> ProxyPlan {
        ProxyPlan { challenge: Some(algorithm), ..self }
    }

    /// Challenges each request outside a dialog with this algorithm and 407, in the realm of its domain.
    #[must_use]
    pub fn challenges_calls(self, algorithm: DigestAlgorithm) -> ProxyPlan {
        ProxyPlan { gate: Some(algorithm), ..self }
    }

    /// Keeps its bindings when it loses its memory.
    #[must_use]
    pub fn durable_bindings(self) -> ProxyPlan {
        ProxyPlan { bindings: Durability::Durable, ..self }
    }

    /// Knows a further user of its domain, whom no host stands for, at these contacts: each the name of a host or a URI,
    /// with its preference behind a space if that is not 1, such as `desk 0.5`.
    #[must_use]
    pub fn reaches<C: AsRef<str>>(mut self, user: &str, contacts: impl IntoIterator<Item = C>) -> ProxyPlan {
        self.reached.push(Reached::new(user, contacts));
        self
    }

    /// Changes the node's whole configuration, after everything else; the last call of this method counts.
    #[must_use]
    pub fn configured(self, change: impl FnOnce(&mut ProxyRegistrarConfig) + 'static) -> ProxyPlan {
        ProxyPlan { change: Change::to(change), ..self }
    }
}

/// A redirect server, which knows the users of one domain.
#[derive(Debug)]
pub struct RedirectPlan {
    pub(crate) domain: String,
    pub(crate) reached: Vec<Reached>,
    pub(crate) change: Change<RedirectServerConfig>,
}

impl RedirectPlan {
    pub(crate) fn of(domain: &str) -> RedirectPlan {
        RedirectPlan { domain: domain.to_owned(), reached: Vec::new(), change: Change::none() }
    }

    /// Redirects to this user's contacts, written as for [`ProxyPlan::reaches`].
    #[must_use]
    pub fn redirects<C: AsRef<str>>(
        mut self,
        user: &str,
        contacts: impl IntoIterator<Item = C>,
    ) -> RedirectPlan {
        self.reached.push(Reached::new(user, contacts));
        self
    }

    /// Changes the node's whole configuration, after everything else; the last call of this method counts.
    #[must_use]
    pub fn configured(self, change: impl FnOnce(&mut RedirectServerConfig) + 'static) -> RedirectPlan {
        RedirectPlan { change: Change::to(change), ..self }
    }
}

//! A registrar (RFC 3261 10.3, 22; RFC 3327; RFC 8760).
//!
//! ```text
//!   REGISTER ──▶ Require ──▶ credentials ──▶ address-of-record ──▶ contacts ──▶ bindings ──▶ 200
//!                  │ 420       │ 401, 403      │ 404               │ 400, 423    │ 500
//!                  ▼           ▼               ▼                   ▼             ▼
//!              step 2        3, 4            5                  6, 7           7            8
//! ```
//!
//! The registrar writes the [location service](crate::location); a REGISTER changes all of the bindings that it names
//! or none. Step 1, whether the registrar serves the domain in the Request-URI at all, is the question of the server
//! that owns it: it forwards what is not for this registrar. The only extension is `path`. Not modelled:
//! third-party registration, redirection of REGISTER, outbound (RFC 5626) and GRUU (RFC 5627).

mod interval;
pub mod probe;
mod read;
mod update;

pub use crate::authenticator::{AuthenticationPolicy, NonceCounts, NonceUse};
pub use interval::{Interval, IntervalPolicy};
pub use update::{ContactChange, OutOfOrder, change, remove_all};

use sim_api::{Context, SimTime};

use crate::auth::{Authorization, WwwAuthenticate};
use crate::authenticator::{Authenticator, Judgement, Reason, owns};
use crate::header::{Date, MinExpires, QValue, Tag, ViaStamp};
use crate::location::{Binding, Domains, LocationService, Membership};
use crate::message::{Compose, Composer, HeaderName, Message, ResponseHead, StatusCode};
use crate::probe::subject;
use crate::uri::Aor;
use read::{Contacts, Registration};

/// What makes one registrar different from another.
#[derive(Clone, Debug)]
pub struct RegistrarConfig {
    /// The domains whose addresses-of-record may be registered.
    pub domains: Domains,
    /// For how long bindings are granted.
    pub intervals: IntervalPolicy,
    /// How users prove who they are, `None` when everybody is believed.
    pub authentication: Option<AuthenticationPolicy>,
    /// The calendar date at which virtual time begins, for the Date header field.
    pub epoch: Option<Date>,
}

/// The registrar of one server.
#[derive(Debug)]
pub struct Registrar {
    config: RegistrarConfig,
    authenticator: Option<Authenticator>,
}

/// What becomes of a REGISTER.
#[derive(Debug)]
enum Verdict {
    /// The address-of-record now has these bindings.
    Registered(Vec<Binding>),
    Challenged {
        aor: Aor,
        reason: Reason,
    },
    /// 423, for an interval of so many seconds.
    TooBrief(u32),
    /// 420, for these option-tags.
    BadExtension(Vec<u8>),
    Rejected(StatusCode),
}

impl Registrar {
    /// A registrar that has heard from nobody yet.
    ///
    /// # Panics
    /// When the realm needs escaping in a quoted string, or the policy offers no algorithm.
    #[must_use]
    pub fn new(config: RegistrarConfig) -> Registrar {
        let authenticator = config.authentication.clone().map(Authenticator::new);
        Registrar { config, authenticator }
    }

    /// Forgets which nonces were used: the process lost its memory.
    pub fn forget_all(&mut self, now: SimTime) {
        if let Some(authenticator) = &mut self.authenticator {
            authenticator.forget_all(now);
        }
    }

    /// The octets of memory that the registrar occupies beside the location service, at most.
    #[must_use]
    pub fn octets_at_most(&self) -> usize {
        self.authenticator.as_ref().map_or(0, Authenticator::octets_at_most)
    }

    /// Carries out a REGISTER, and appends the response to `out`. Returns its status code.
    ///
    /// The response has `tag` in To and `stamp` in its topmost Via.
    pub fn register(
        &mut self,
        request: &Message<'_>,
        location: &mut LocationService,
        (tag, stamp): (Tag<'_>, ViaStamp),
        out: &mut Vec<u8>,
        cx: &mut Context<'_>,
    ) -> StatusCode {
        let verdict = self.judge(request, location, cx.now());
        let call = request.value(HeaderName::CallId).map_or(0, subject);
        verdict.report(call, cx);
        let head = ResponseHead::new(request, verdict.status()).with_tag(tag).with_stamp(stamp);
        self.respond(&verdict, &head, out, cx);
        verdict.status()
    }

    /// The steps of RFC 3261 10.3 in order, from the second.
    fn judge(&mut self, request: &Message<'_>, location: &mut LocationService, now: SimTime) -> Verdict {
        match self.try_register(request, location, now) {
            Ok(bindings) => Verdict::Registered(bindings),
            Err(verdict) => verdict,
        }
    }

    fn try_register(
        &mut self,
        request: &Message<'_>,
        location: &mut LocationService,
        now: SimTime,
    ) -> Result<Vec<Binding>, Verdict> {
        //= RFC 3261 10.3: step 2: the registrar MUST process the Require header field values as described for UASs
        read::check_extensions(request)?;
        let registration = Registration::read(request)?;
        //= RFC 3261 10.3: steps 3 and 4: a registrar SHOULD authenticate the UAC and determine if the user is authorized
        self.authenticate(request, &registration.aor, now)?;
        //= RFC 3261 10.3: step 5: if the address-of-record is not valid for the domain in the Request-URI: 404
        if !self.config.domains.contain(&registration.aor_host)
            || location.membership(&registration.aor) == Membership::Stranger
        {
            return Err(StatusCode::NOT_FOUND.into());
        }
        let current = location.bindings(&registration.aor, now);
        let origin = registration.origin;
        let changed = match registration.contacts {
            //= RFC 3261 10.3: step 6: if the Contact header field is not present, it skips to the last step
            Contacts::None => return Ok(current),
            Contacts::Star => remove_all(&current, origin),
            Contacts::Addresses(contacts) => {
                let changes = read::changes(contacts, &registration.expires, &self.config.intervals)?;
                change(&current, changes, origin, &registration.path, now)
            }
        };
        //= RFC 3261 10.3: step 7: if any one of them fails, the request MUST fail with a 500 (Server Error) response
        let bindings = changed.map_err(|OutOfOrder| StatusCode::SERVER_INTERNAL_ERROR)?;
        location.replace(&registration.aor, bindings, now).map_err(|_| StatusCode::SERVER_INTERNAL_ERROR)?;
        Ok(location.bindings(&registration.aor, now))
    }

    fn authenticate(&mut self, request: &Message<'_>, aor: &Aor, now: SimTime) -> Result<(), Verdict> {
        //= RFC 3261 10.3: step 3: without authentication the registrar MAY take the From address as the identity
        let Some(authenticator) = &mut self.authenticator else { return Ok(()) };
        let credentials = request.values::<Authorization<'_>>().map(|field| field.map(|field| field.0));
        let judgement = authenticator.identify(credentials, request, aor.as_octets(), now);
        match judgement.map_err(|error| error.status())? {
            Judgement::Known(user) if owns(&user, aor) => Ok(()),
            //= RFC 3261 10.3: step 4: if the authenticated user is not authorized to modify bindings: 403 (Forbidden)
            Judgement::Known(_) => Err(StatusCode::FORBIDDEN.into()),
            Judgement::Challenge(reason) => Err(Verdict::Challenged { aor: aor.clone(), reason }),
        }
    }

    /// Appends the response that says `verdict`.
    fn respond(
        &mut self,
        verdict: &Verdict,
        head: &ResponseHead<'_>,
        out: &mut Vec<u8>,
        cx: &mut Context<'_>,
    ) {
        let now = cx.now();
        let response = Composer::response(out, head);
        match verdict {
            //= RFC 3261 10.3: step 8: the response MUST contain Contact values enumerating all current bindings
            Verdict::Registered(bindings) => response
                .headers(HeaderName::Contact, bindings.iter().map(|binding| BoundContact { binding, now }))
                //= RFC 3327 5.3: the registrar copies the Path header field values into the successful response
                .copy(head.request, HeaderName::Path)
                .headers(HeaderName::Date, self.config.epoch.map(|epoch| date(epoch, now))),
            Verdict::Challenged { aor, reason } => {
                let authenticator = self.authenticator.as_mut().expect("who challenges can authenticate");
                let nonce = authenticator.nonce(aor.as_octets(), cx);
                let challenges = authenticator.challenges(&nonce, *reason).map(WwwAuthenticate);
                response.headers(HeaderName::WwwAuthenticate, challenges)
            }
            //= RFC 3261 10.3: step 7: this response MUST contain a Min-Expires header field
            Verdict::TooBrief(_) => {
                response.header(HeaderName::MinExpires, &MinExpires(self.config.intervals.minimum_s))
            }
            Verdict::BadExtension(tags) => response.header(HeaderName::Unsupported, &tags[..]),
            Verdict::Rejected(_) => response,
        }
        .finish();
    }
}

impl Verdict {
    fn status(&self) -> StatusCode {
        match self {
            Verdict::Registered(_) => StatusCode::OK,
            Verdict::Challenged { .. } => StatusCode::UNAUTHORIZED,
            Verdict::TooBrief(_) => StatusCode::INTERVAL_TOO_BRIEF,
            Verdict::BadExtension(_) => StatusCode::BAD_EXTENSION,
            Verdict::Rejected(status) => *status,
        }
    }

    fn report(&self, call: u64, cx: &mut Context<'_>) {
        match self {
            Verdict::Registered(bindings) => cx.probe(probe::REGISTERED, call, bindings.len() as u64),
            Verdict::Challenged { reason, .. } => {
                if *reason == Reason::Wrong {
                    cx.probe(probe::BAD_CREDENTIALS, call, 1);
                }
                cx.probe(probe::CHALLENGED, call, u64::from(*reason == Reason::Stale));
            }
            Verdict::TooBrief(seconds) => cx.probe(probe::INTERVAL_TOO_BRIEF, call, u64::from(*seconds)),
            Verdict::BadExtension(_) | Verdict::Rejected(_) => {
                cx.probe(probe::REJECTED, call, self.status().code().into());
            }
        }
    }
}

impl From<StatusCode> for Verdict {
    fn from(status: StatusCode) -> Verdict {
        Verdict::Rejected(status)
    }
}

/// The date at the virtual time `now`.
fn date(epoch: Date, now: SimTime) -> Date {
    Date(epoch.0 + (now.as_nanos() / 1_000_000_000) as i64)
}

/// A binding as a value of Contact.
struct BoundContact<'a> {
    binding: &'a Binding,
    now: SimTime,
}

impl Compose for BoundContact<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        let Binding { contact, parameters, q, .. } = self.binding;
        out.push(b'<');
        contact.compose(out);
        out.push(b'>');
        if *q != QValue::ONE {
            out.extend_from_slice(b";q=");
            q.compose(out);
        }
        //= RFC 3261 10.3: step 8: each Contact value MUST feature an "expires" parameter
        out.extend_from_slice(b";expires=");
        self.binding.remaining_s(self.now).compose(out);
        parameters.compose(out);
    }
}

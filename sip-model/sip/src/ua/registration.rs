//! REGISTER with digest, refreshed for as long as the run lasts (RFC 3261 10.2, 22).

use std::time::Duration;

use sim_api::{Context, SimTime, TimerToken, Wake, deadline};

use super::compose::{Initial, contact};
use super::line::Registering;
use super::names::{Identifiers, Names, tag_of_number};
use super::node::{Owner, Phase, UserAgents};
use super::policy::{AtStart, Registration, UserAgentsConfig};
use super::transact::Draft;
use super::wallet::{Lesson, Tried};
use crate::header::{Contact, Expires, MinExpires};
use crate::message::{Compose, Composer, HeaderName, Message, Method, StatusCode};
use crate::probe;
use crate::transaction::{RequestKind, TokenSpace};

/// Draws of a line's luck that are made once; refreshes count on from there.
const DRAW_AGE: u64 = 0;
const DRAW_SPREAD: u64 = 1;
const DRAW_FIRST_REFRESH: u64 = 2;
const DRAWS_RESERVED: u64 = 16;

/// The CSeq number of the REGISTER that made an initial binding.
const INITIAL_CSEQ: u32 = 1;

/// A binding that exists when the run begins: what the registrar must know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialBinding {
    /// Whose it is.
    pub line: u32,
    /// The address-of-record, such as `sip:u17@koeln.example`.
    pub aor: String,
    /// The contact URI, such as `sip:u17@192.0.2.17:5060`.
    pub contact: String,
    /// The Call-ID of the REGISTER that made it; refreshes will have it too.
    pub call_id: String,
    /// The CSeq number of that REGISTER; refreshes will have higher ones.
    pub cseq: u32,
    /// The interval that was granted.
    pub expires: Duration,
    /// How long ago it was granted, below `expires`.
    pub age: Duration,
}

impl InitialBinding {
    /// How long it is still valid when the run begins.
    pub fn remaining(&self) -> Duration {
        self.expires - self.age
    }
}

/// What a REGISTER says of the bindings of its address-of-record (RFC 3261 10.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bindings {
    /// It adds or refreshes the contact of the line, as a line does on its own.
    #[default]
    Own,
    /// It adds or refreshes these values of Contact, such as `<mailto:bob@example.com>;q=0.1` (RFC 3261 10.2.1), and
    /// leaves it to the registrar how long they last.
    These(Vec<String>),
    /// It removes all bindings: `Contact: *` and `Expires: 0` (RFC 3261 10.2.2).
    RemoveAll,
    /// It has no Contact and asks what bindings there are (RFC 3261 10.2.3).
    Fetch,
}

/// A registration under way that is more than a plain refresh: by order, or challenged.
#[derive(Debug, Default)]
pub(super) struct Enrolment {
    bindings: Bindings,
    tried: Tried,
    /// The tag in From, where one was given from outside.
    tag: Option<String>,
}

impl UserAgentsConfig {
    /// The binding of `line` at the start of the run, `None` when it has none then.
    ///
    /// The same function makes the first refresh of the line, so both sides agree.
    pub fn initial_binding(&self, line: u32) -> Option<InitialBinding> {
        let registration = self.registration.as_ref()?;
        if registration.at_start != AtStart::Registered {
            return None;
        }
        Some(InitialBinding {
            line,
            aor: self.identities.aor(line),
            contact: self.identities.contact(line),
            call_id: self.registration_call_id(line, 0),
            cseq: INITIAL_CSEQ,
            expires: registration.expires,
            age: self.age(line, registration),
        })
    }

    /// The interval in seconds that lines ask for, and the CSeq number of their last REGISTER before the run.
    ///
    /// # Panics
    /// When the interval is no whole number of seconds from 1 on.
    pub(super) fn initial_registration(&self) -> (u32, u32) {
        let Some(registration) = &self.registration else { return (0, 0) };
        let whole = u32::try_from(registration.expires.as_secs()).ok();
        let expires_s = whole.filter(|secs| *secs > 0 && registration.expires.subsec_nanos() == 0);
        let cseq = match registration.at_start {
            AtStart::Registered => INITIAL_CSEQ,
            AtStart::Unregistered { .. } => 0,
        };
        (expires_s.expect("intervals of registration are whole seconds"), cseq)
    }

    /// The Call-ID of all registrations of `line` in its life number `life`.
    fn registration_call_id(&self, line: u32, life: u32) -> String {
        match self.identities.persona(line) {
            Some(persona) if !persona.registration.is_empty() => persona.registration.clone(),
            _ => Names::new(self.luck, Identifiers::default()).registration_call_id(
                line,
                life,
                self.identities.domain(line),
            ),
        }
    }

    fn age(&self, line: u32, registration: &Registration) -> Duration {
        part(registration.expires, self.luck.bits(line.into(), DRAW_AGE))
    }
}

impl UserAgents {
    /// The binding of `line` at the start of the run: see [`UserAgentsConfig::initial_binding`].
    pub fn initial_binding(&self, line: u32) -> Option<InitialBinding> {
        self.config.initial_binding(line)
    }

    /// Sets when each line registers first.
    ///
    /// A line whose binding has the age a refreshes when its policy's part of the *remaining* time has passed, so
    /// that the refreshes of a population that is registered at the start are spread evenly from the first second on.
    pub(super) fn begin_registrations(&mut self, cx: &mut Context<'_>) {
        let Some(registration) = self.config.registration.clone() else { return };
        for line in 0..self.config.identities.count() {
            let wait = match registration.at_start {
                AtStart::Registered => {
                    let remaining = registration.expires - self.config.age(line, &registration);
                    let draw = self.config.luck.bits(line.into(), DRAW_FIRST_REFRESH) as u32;
                    registration.refresh.after(remaining, draw)
                }
                AtStart::Unregistered { spread } => self.spread(line, spread, DRAW_SPREAD),
            };
            self.wake_line(line, deadline(cx.now(), wait), cx);
        }
    }

    /// Registers again after an outage in which the lines may have forgotten everything.
    pub(super) fn resume_registrations(&mut self, cx: &mut Context<'_>) {
        let Some(registration) = &self.config.registration else { return };
        let spread = match registration.at_start {
            AtStart::Unregistered { spread } => spread,
            AtStart::Registered => registration.retry,
        };
        for line in 0..self.config.identities.count() {
            let state = &self.lines[line as usize];
            let has_forgotten =
                state.registering == Registering::Idle && state.slot.deadline() == SimTime::NEVER;
            if has_forgotten {
                let wait = self.next_spread(line, spread);
                self.wake_line(line, deadline(cx.now(), wait), cx);
            }
        }
    }

    pub(super) fn on_line_wake(&mut self, token: TimerToken, cx: &mut Context<'_>) {
        let line = token.place();
        let Some(state) = self.lines.get_mut(line as usize) else { return };
        if state.slot.on_wake(token, cx) == Wake::Stale {
            return;
        }
        match state.registering {
            Registering::Idle => self.begin_registration(line, cx),
            // A query by order is under way: the refresh follows it.
            Registering::Asking | Registering::Answering => {
                let soon = deadline(cx.now(), self.config.timers.default.t2);
                self.wake_line(line, soon, cx);
            }
        }
    }

    /// Sends a REGISTER that says this of the bindings, unless one is under way.
    pub(super) fn begin_enrolment(&mut self, line: u32, bindings: Bindings, cx: &mut Context<'_>) {
        if self.lines[line as usize].registering == Registering::Idle {
            let tag = self.names.given_tag();
            if bindings != Bindings::Own || tag.is_some() {
                self.enrolments.insert(line, Enrolment { bindings, tried: Tried::default(), tag });
            }
            self.begin_registration(line, cx);
        }
    }

    /// Sends a REGISTER without credentials, unless one is under way.
    pub(super) fn begin_registration(&mut self, line: u32, cx: &mut Context<'_>) {
        if self.lines[line as usize].registering != Registering::Idle {
            return;
        }
        cx.probe(probe::REGISTER_REQUEST, self.registration_subject(line), 1);
        let tag = self.names.tag_number();
        let state = &mut self.lines[line as usize];
        (state.tag, state.registering) = (tag, Registering::Asking);
        self.send_register(line, cx);
    }

    /// Takes a response to the REGISTER of `line`.
    pub(super) fn on_register_response(&mut self, line: u32, message: &Message<'_>, cx: &mut Context<'_>) {
        let Some(status) = message.status().filter(|status| status.is_final()) else { return };
        match status {
            status if status.is_success() => self.on_registered(line, message, cx),
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                self.on_challenge(line, message, status, cx);
            }
            StatusCode::INTERVAL_TOO_BRIEF => self.on_too_brief(line, message, cx),
            status => self.fail(line, status, cx),
        }
    }

    /// Takes the news that a REGISTER stays without an answer, or could not be sent.
    pub(super) fn on_register_timeout(&mut self, line: u32, status: StatusCode, cx: &mut Context<'_>) {
        cx.probe(probe::REGISTER_TIMEOUT, self.registration_subject(line), status.code().into());
        self.retry_later(line, cx);
    }

    fn on_registered(&mut self, line: u32, message: &Message<'_>, cx: &mut Context<'_>) {
        let bindings = self.end_enrolment(line);
        let granted_s = match bindings {
            Bindings::RemoveAll => 0,
            Bindings::Own | Bindings::These(_) | Bindings::Fetch => self.granted(line, message),
        };
        cx.probe(probe::REGISTER_DONE, self.registration_subject(line), granted_s.into());
        let draw = self.next_draw(line) as u32;
        let Some(registration) = &self.config.registration else { return };
        let wait = registration.refresh.after(Duration::from_secs(granted_s.into()), draw);
        match bindings {
            Bindings::Own | Bindings::These(_) => self.wake_again(line, wait, cx),
            Bindings::RemoveAll | Bindings::Fetch => {}
        }
    }

    /// Takes note that the registration of `line` has come to an end; what it said of the bindings.
    fn end_enrolment(&mut self, line: u32) -> Bindings {
        self.lines[line as usize].registering = Registering::Idle;
        self.forget_challenges(Owner::Line(line));
        self.enrolments.remove(&line).map(|enrolment| enrolment.bindings).unwrap_or_default()
    }

    fn on_challenge(&mut self, line: u32, message: &Message<'_>, status: StatusCode, cx: &mut Context<'_>) {
        let mut enrolment = self.enrolments.remove(&line).unwrap_or_default();
        let lesson = self.learn(line, Owner::Line(line), message, &mut enrolment.tried);
        self.enrolments.insert(line, enrolment);
        match lesson {
            Lesson::Retry => {
                self.lines[line as usize].registering = Registering::Answering;
                self.send_register(line, cx);
            }
            Lesson::Refused => self.fail(line, status, cx),
        }
    }

    /// Asks for the interval that the registrar demands at least.
    fn on_too_brief(&mut self, line: u32, message: &Message<'_>, cx: &mut Context<'_>) {
        let asked = self.lines[line as usize].expires_s;
        //= RFC 3261 10.2.8: if a UA receives a 423 response, it MAY retry the registration after making the expiration
        // interval equal to or greater than the interval within the Min-Expires header field
        match message.find::<MinExpires>() {
            Ok(Some(MinExpires(least))) if least > asked => {
                let state = &mut self.lines[line as usize];
                (state.expires_s, state.registering) = (least, Registering::Asking);
                self.send_register(line, cx);
            }
            _ => self.fail(line, StatusCode::INTERVAL_TOO_BRIEF, cx),
        }
    }

    fn fail(&mut self, line: u32, status: StatusCode, cx: &mut Context<'_>) {
        cx.probe(probe::REGISTER_REJECT, self.registration_subject(line), status.code().into());
        self.retry_later(line, cx);
    }

    fn retry_later(&mut self, line: u32, cx: &mut Context<'_>) {
        if self.end_enrolment(line) == Bindings::Fetch {
            return;
        }
        let retry =
            self.config.registration.as_ref().map_or(Duration::ZERO, |registration| registration.retry);
        // Half of the wait is drawn, so that lines that failed together do not try again together.
        let wait = retry / 2 + self.next_spread(line, retry / 2);
        self.wake_again(line, wait, cx);
    }

    fn wake_again(&mut self, line: u32, wait: Duration, cx: &mut Context<'_>) {
        match self.phase {
            Phase::Serving => self.wake_line(line, deadline(cx.now(), wait), cx),
            Phase::Draining => {}
        }
    }

    fn wake_line(&mut self, line: u32, at: SimTime, cx: &mut Context<'_>) {
        self.lines[line as usize].slot.arm(at, TokenSpace::Registration.token(line, 0), cx);
    }

    fn send_register(&mut self, line: u32, cx: &mut Context<'_>) {
        let state = &mut self.lines[line as usize];
        //= RFC 3261 10.2: a UA MUST increment the CSeq value by one for each REGISTER with the same Call-ID
        state.cseq += 1;
        let (cseq, life, expires_s) = (state.cseq, state.life, state.expires_s);
        //= RFC 3261 8.1.3.5: the new request SHOULD have the same value of the Call-ID, To, and From of the previous one
        let own_tag = tag_of_number(state.tag);
        let branch = self.names.branch();
        //= RFC 3261 10.2: the Request-URI names the domain; the "userinfo" and "@" MUST NOT be present
        let request_uri = self.config.identities.registrar(line);
        let (method, kind, owner) = (Method::Register, RequestKind::NonInvite, Owner::Line(line));
        let proofs = self.prove(line, owner, method, &request_uri, &[]);
        let identities = &self.config.identities;
        let enrolment = self.enrolments.get(&line);
        let register = Initial {
            method,
            request_uri: &request_uri,
            from_tag: enrolment.and_then(|enrolment| enrolment.tag.as_deref()).unwrap_or(&own_tag),
            to: &identities.party(line),
            call_id: &self.config.registration_call_id(line, life),
            cseq,
            branch: &branch,
        };
        self.octets.clear();
        let message = register.begin(identities, line, &mut self.octets);
        let bindings = enrolment.map_or(&Bindings::Own, |enrolment| &enrolment.bindings);
        with_bindings(message, bindings, &contact(identities, line), expires_s).rows(&proofs).finish();
        let aor = identities.aor(line);
        let draft = Draft { next_hop: &aor, branch: &branch, method, kind, line, owner };
        if self.transact(&draft, cx).is_err() {
            self.on_register_timeout(line, StatusCode::SERVICE_UNAVAILABLE, cx);
        }
    }

    /// The interval in seconds that the registrar granted to the contact of `line`.
    fn granted(&self, line: u32, message: &Message<'_>) -> u32 {
        let own = self.config.identities.contact(line);
        let contacts = message.values::<Contact<'_>>().filter_map(Result::ok);
        let expires = contacts.filter_map(|contact| match contact {
            Contact::Address(contact) if contact.address.uri.to_string() == own => contact.expires,
            Contact::Address(_) | Contact::Star => None,
        });
        let header = || message.find::<Expires>().ok().flatten().map(|Expires(seconds)| seconds);
        //= RFC 3261 10.2.4: the Contact values of the 200 each contain an "expires" parameter chosen by the registrar
        expires.last().or_else(header).unwrap_or(self.lines[line as usize].expires_s)
    }

    fn registration_subject(&self, line: u32) -> u64 {
        let life = self.lines[line as usize].life;
        probe::subject(self.config.registration_call_id(line, life).as_bytes())
    }

    fn next_draw(&mut self, line: u32) -> u64 {
        let state = &mut self.lines[line as usize];
        state.draws += 1;
        self.config.luck.bits(line.into(), DRAWS_RESERVED + u64::from(state.draws))
    }

    fn next_spread(&mut self, line: u32, spread: Duration) -> Duration {
        let draw = self.next_draw(line);
        part(spread, draw)
    }

    fn spread(&self, line: u32, spread: Duration, draw: u64) -> Duration {
        part(spread, self.config.luck.bits(line.into(), draw))
    }
}

/// A part of `whole`, uniform in [0, whole) when `bits` are random.
fn part(whole: Duration, bits: u64) -> Duration {
    Duration::from_nanos(((u128::from(bits) * whole.as_nanos()) >> 64) as u64)
}

/// Writes what a REGISTER says of the bindings.
fn with_bindings<'o>(
    message: Composer<'o>,
    bindings: &Bindings,
    own: &dyn Compose,
    expires_s: u32,
) -> Composer<'o> {
    match bindings {
        Bindings::Own => message.header(HeaderName::Contact, own).header(HeaderName::Expires, &expires_s),
        Bindings::These(contacts) => {
            message.headers(HeaderName::Contact, contacts.iter().map(String::as_str))
        }
        //= RFC 3261 10.2.2: the REGISTER-specific Contact header field value of "*" applies to all registrations, but
        // it MUST NOT be used unless the Expires header field is present with a value of "0"
        Bindings::RemoveAll => message.header(HeaderName::Expires, &0u32).header(HeaderName::Contact, "*"),
        Bindings::Fetch => message,
    }
}

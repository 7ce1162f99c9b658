//! Links: where they lead, how long they are, and what the defaults add.

use std::collections::BTreeSet;
use std::time::Duration;

use sim_api::{BitRate, Distribution, Probability};
use sim_net::{Duplex, FASTEST_CHANGE_PER_S, Headers, Jitter, LinkSpec, Loss, SMALLEST_MTU, Way};

use super::super::file::{Defaults, HeadersFile, JitterFile, LinkFile, LossFile, TopologyFile};
use super::super::position::Position;
use super::super::topology::Link;
use super::{Check, Index};
use crate::radio::{Radio, radio, radios};
use crate::unit::{CallRate, Chance, Rate, Size, Span};

/// The largest packet that an IPv4 header can state.
const MTU_MAX: u64 = 65_535;

/// How much longer a cable can be than the distance of its ends.
const DETOUR: [f64; 2] = [1.0, 10.0];

/// Propagation along a km: light in vacuum, and far beyond any cable.
const US_PER_KM: [f64; 2] = [3.33, 1000.0];

impl Check<'_> {
    /// The links. One that cannot be made out is left out, and reported.
    pub(super) fn links(&mut self, file: &TopologyFile, index: &Index<'_>) -> Vec<Link> {
        let cable = self.cable(&file.defaults);
        let assumed = self.checked("defaults", &Attributes::of_defaults(&file.defaults));
        let mut names = BTreeSet::new();
        let mut links = Vec::with_capacity(file.links.len());
        for (i, link) in file.links.iter().enumerate() {
            if self.problems.is_full() {
                break;
            }
            let at = format!("links.{i}");
            let name = link.name.clone().unwrap_or_else(|| format!("{}-{}", link.between.0, link.between.1));
            if !names.insert(name.clone()) {
                let note = "give one of them another `name`";
                self.report(self.at(&at).problem(format!("two links are called `{name}`")).note(note));
            }
            let ends = self.ends(&at, link, index);
            let radio = self.radio(&at, link);
            let propagation = match radio {
                Some(radio) => Some(radio.uplink().propagation),
                None if link.radio.is_some() => None,
                None => self.propagation(&at, &name, link, cable, file),
            };
            let mut own = self.checked(&at, &Attributes::of_link(link)).or(&assumed);
            if link.radio.is_some() {
                // One that is unknown is reported once, not as a missing rate too.
                own.rate = Some(radio.map_or(BitRate::Unlimited, |radio| radio.uplink().rate));
            }
            let made = self.complete(&at, name, own);
            if let (Some(ends), Some(propagation), Some(made)) = (ends, propagation, made) {
                let length_m = link.length.map(|length| length.metres());
                let (backward, duplex) = match radio {
                    Some(radio) => (Some(radio.downlink()), radio.duplex()),
                    None => (self.backward(&at, link), link.duplex.unwrap_or_default().into()),
                };
                links.push(Link { ends, propagation, length_m, backward, duplex, ..made });
            }
        }
        links
    }

    /// The radio of a link, which leaves nothing of what it gives to the link itself.
    fn radio(&mut self, at: &str, link: &LinkFile) -> Option<&'static Radio> {
        let name = link.radio.as_deref()?;
        let given = [
            ("length", link.length.is_some()),
            ("propagation", link.propagation.is_some()),
            ("rate", link.rate.is_some()),
            ("backward", link.backward.is_some()),
            ("duplex", link.duplex.is_some()),
        ];
        for (field, _) in given.iter().filter(|(_, given)| *given) {
            let place = self.at(&format!("{at}.{field}"));
            self.report(place.problem(format!("`radio: \"{name}\"` gives the {field} already")));
        }
        let found = radio(name);
        if found.is_none() {
            let known = radios().iter().map(|radio| radio.name.as_str());
            self.report(self.at(&format!("{at}.radio")).unknown("radio", name, known));
        }
        found
    }

    fn backward(&mut self, at: &str, link: &LinkFile) -> Option<Way> {
        let way = link.backward?;
        let propagation = self.bounded(&format!("{at}.backward.propagation"), "propagation", way.propagation);
        Some(Way { propagation, rate: way.rate.bit_rate() })
    }

    fn ends(&mut self, at: &str, link: &LinkFile, index: &Index<'_>) -> Option<(usize, usize)> {
        let one = self.lookup(&format!("{at}.between.0"), &link.between.0, index);
        let other = self.lookup(&format!("{at}.between.1"), &link.between.1, index);
        if one.is_some() && one == other {
            self.report(self.at(&format!("{at}.between")).problem("a link joins two different nodes"));
        }
        one.zip(other)
    }

    /// Cable µs per km of distance; `None` when the defaults do not say.
    fn cable(&mut self, defaults: &Defaults) -> Option<f64> {
        let detour = self.factor("detour", defaults.detour, DETOUR);
        let us_per_km = self.factor("us_per_km", defaults.us_per_km, US_PER_KM);
        Some(detour? * us_per_km?)
    }

    fn factor(&mut self, field: &str, given: Option<f64>, [low, high]: [f64; 2]) -> Option<f64> {
        let value = given?;
        if !(low..=high).contains(&value) {
            let place = self.at(&format!("defaults.{field}"));
            self.report(place.problem(format!("{field} is a number from {low} to {high}")));
        }
        Some(value)
    }

    fn propagation(
        &mut self,
        at: &str,
        name: &str,
        link: &LinkFile,
        cable: Option<f64>,
        file: &TopologyFile,
    ) -> Option<Duration> {
        let problem = match (link.propagation, link.length, cable) {
            (Some(span), None, _) => {
                return Some(self.bounded(&format!("{at}.propagation"), "propagation", span));
            }
            // µs per km are ns per m.
            (None, Some(length), Some(cable)) => {
                let span = Duration::from_nanos((length.metres() * cable).round() as u64);
                if span > LinkSpec::LONGEST {
                    self.report(self.at(&format!("{at}.length")).problem("the propagation exceeds a day"));
                }
                return Some(span);
            }
            (Some(_), Some(_), _) => format!("link `{name}` gives both length and propagation"),
            (None, Some(_), None) => {
                format!("link `{name}` gives a length, but `defaults` no detour and us_per_km")
            }
            (None, None, _) => format!("link `{name}` gives neither length nor propagation"),
        };
        let mut diagnostic = self.at(at).problem(problem);
        diagnostic.notes.extend(match (link.length, great_circle_km(link, file)) {
            (None, Some(km)) => Some(format!("the great circle between its ends is `length: km({km:.2})`")),
            (None, None) => None,
            (Some(_), _) if link.propagation.is_some() => None,
            (Some(_), _) => Some("fibre in Germany: `detour: 1.2, us_per_km: 5`".to_owned()),
        });
        self.report(diagnostic);
        None
    }

    fn bounded(&mut self, path: &str, what: &str, span: Span) -> Duration {
        if span.duration() > LinkSpec::LONGEST {
            self.report(self.at(path).problem(format!("the {what} exceeds a day")));
        }
        span.duration()
    }

    /// What `at`, a link or the defaults, says about a link. A bad value is reported, and counts as given.
    fn checked(&mut self, at: &str, given: &Attributes<'_>) -> Checked {
        Checked {
            rate: given.rate.map(Rate::bit_rate),
            queue: given.queue.map(|span| self.bounded(&format!("{at}.queue"), "queue", span)),
            mtu: given.mtu.map(|mtu| self.mtu(at, mtu)),
            loss: given.loss.map(|loss| self.loss(at, loss)),
            jitter: given.jitter.map(|jitter| self.jitter(at, jitter)),
            duplication: given.duplication.map(Chance::probability),
            corruption: given.corruption.map(Chance::probability),
            headers: given.headers.map(Headers::from),
        }
    }

    fn mtu(&mut self, at: &str, mtu: Size) -> usize {
        //= RFC 791 3.2: every internet module must be able to forward a datagram of 68 octets
        let least = SMALLEST_MTU as u64;
        if !(least..=MTU_MAX).contains(&mtu.octets()) {
            let problem = format!("an MTU is between {least} and {MTU_MAX} octets");
            self.report(self.at(&format!("{at}.mtu")).problem(problem));
        }
        mtu.octets().clamp(least, MTU_MAX) as usize
    }

    fn loss(&mut self, at: &str, loss: &LossFile) -> Loss {
        let (to_bad, to_good, good, bad) = match loss {
            LossFile::Iid(chance) if chance.probability() == Probability::ZERO => return Loss::None,
            LossFile::Iid(chance) => return Loss::Iid(chance.probability()),
            LossFile::GilbertElliott { to_bad, to_good, good, bad } => (to_bad, to_good, good, bad),
        };
        for (field, rate) in [("to_bad", to_bad), ("to_good", to_good)] {
            if rate.per_second() > FASTEST_CHANGE_PER_S {
                let problem = format!("a channel changes at most {FASTEST_CHANGE_PER_S:e} times a second");
                self.report(self.at(&format!("{at}.loss.{field}")).problem(problem));
            }
        }
        let [to_bad_per_s, to_good_per_s] = [to_bad, to_good].map(|rate| CallRate::per_second(*rate));
        Loss::GilbertElliott { to_bad_per_s, to_good_per_s, good: good.probability(), bad: bad.probability() }
    }

    fn jitter(&mut self, at: &str, jitter: &JitterFile) -> Jitter {
        let (law, make): (_, fn(_) -> Jitter) = match jitter {
            JitterFile::None => return Jitter::None,
            JitterFile::InOrder(law) => (law, Jitter::InOrder),
            JitterFile::Reordering(law) => (law, Jitter::Reordering),
        };
        let place = self.at(&format!("{at}.jitter"));
        match law.resolve(self.files, &place) {
            Ok(law) if longest(&law) > LinkSpec::LONGEST => {
                self.report(place.problem("the jitter exceeds a day"));
                Jitter::None
            }
            Ok(law) => make(law),
            Err(diagnostic) => {
                self.report(diagnostic);
                Jitter::None
            }
        }
    }

    /// The link without its ends and propagation; `None` when an assumption is missing.
    fn complete(&mut self, at: &str, name: String, own: Checked) -> Option<Link> {
        let missing =
            [("rate", own.rate.is_none()), ("queue", own.queue.is_none()), ("mtu", own.mtu.is_none())];
        for (field, _) in missing.iter().filter(|(_, missing)| *missing) {
            let note = format!("give `{field}` here or in `defaults`");
            self.report(self.at(at).problem(format!("link `{name}` has no {field}")).note(note));
        }
        Some(Link {
            name,
            ends: (0, 0),
            length_m: None,
            propagation: Duration::ZERO,
            rate: own.rate?,
            backward: None,
            duplex: Duplex::Full,
            headers: own.headers.unwrap_or_default(),
            queue: own.queue?,
            mtu: own.mtu?,
            loss: own.loss.unwrap_or(Loss::None),
            jitter: own.jitter.unwrap_or(Jitter::None),
            duplication: own.duplication.unwrap_or(Probability::ZERO),
            corruption: own.corruption.unwrap_or(Probability::ZERO),
        })
    }
}

/// The longest span by which a distribution is given.
fn longest(law: &Distribution) -> Duration {
    match law {
        Distribution::Fixed(span) => *span,
        Distribution::Exponential { mean } | Distribution::Lognormal { mean, .. } => *mean,
        Distribution::Uniform { high, .. } => *high,
        Distribution::Empirical(spans) => spans.iter().max().copied().unwrap_or_default(),
    }
}

/// What a link and the defaults can both say.
struct Attributes<'f> {
    rate: Option<Rate>,
    queue: Option<Span>,
    mtu: Option<Size>,
    loss: Option<&'f LossFile>,
    jitter: Option<&'f JitterFile>,
    duplication: Option<Chance>,
    corruption: Option<Chance>,
    headers: Option<HeadersFile>,
}

impl<'f> Attributes<'f> {
    fn of_defaults(from: &'f Defaults) -> Attributes<'f> {
        Attributes {
            rate: from.rate,
            queue: from.queue,
            mtu: from.mtu,
            loss: from.loss.as_ref(),
            jitter: from.jitter.as_ref(),
            duplication: from.duplication,
            corruption: from.corruption,
            headers: from.headers,
        }
    }

    fn of_link(from: &'f LinkFile) -> Attributes<'f> {
        Attributes {
            rate: from.rate,
            queue: from.queue,
            mtu: from.mtu,
            loss: from.loss.as_ref(),
            jitter: from.jitter.as_ref(),
            duplication: from.duplication,
            corruption: from.corruption,
            headers: from.headers,
        }
    }
}

/// [`Attributes`] in the terms of the network.
#[derive(Clone)]
struct Checked {
    rate: Option<BitRate>,
    queue: Option<Duration>,
    mtu: Option<usize>,
    loss: Option<Loss>,
    jitter: Option<Jitter>,
    duplication: Option<Probability>,
    corruption: Option<Probability>,
    headers: Option<Headers>,
}

impl Checked {
    fn or(self, assumed: &Checked) -> Checked {
        Checked {
            rate: self.rate.or(assumed.rate),
            queue: self.queue.or(assumed.queue),
            mtu: self.mtu.or(assumed.mtu),
            loss: self.loss.or(assumed.loss),
            jitter: self.jitter.or_else(|| assumed.jitter.clone()),
            duplication: self.duplication.or(assumed.duplication),
            corruption: self.corruption.or(assumed.corruption),
            headers: self.headers.or(assumed.headers),
        }
    }
}

fn great_circle_km(link: &LinkFile, file: &TopologyFile) -> Option<f64> {
    let place = |name: &String| {
        let (latitude, longitude) = file.nodes.iter().find(|node| node.name == *name)?.at?;
        Position::new(latitude, longitude)
    };
    Some(place(&link.between.0)?.great_circle_km(place(&link.between.1)?))
}

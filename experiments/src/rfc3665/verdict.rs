//! Generated messages beside the printed ones: hop by hop, in order.

use super::cast::Actor;
use super::deviations::{Deviation, deviations};
use super::figures::{Figure, Printed};

/// A message that was sent in a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Who sent it.
    pub from: Actor,
    /// To whom.
    pub to: Actor,
    /// The method of a request, the status code of a response.
    pub label: String,
    /// Its octets.
    pub octets: u32,
}

/// How one message of a flow compares.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What RFC 3665 prints, `None` when it prints nothing there.
    pub printed: Option<Printed>,
    /// What was sent, `None` when nothing was.
    pub sent: Option<Sent>,
    /// Where the RFC breaks its own rules.
    pub deviations: Vec<&'static Deviation>,
}

impl Verdict {
    /// Whether the message was sent as the RFC has it, its deviations set right.
    pub fn passed(&self) -> bool {
        let (Some(printed), Some(sent)) = (&self.printed, &self.sent) else { return false };
        let is_long_enough =
            printed.octets.is_none_or(|octets| i64::from(octets) + self.excess() == i64::from(sent.octets));
        self.label() == sent.label && is_long_enough
    }

    /// How many octets more the rules make than RFC 3665 prints.
    pub fn excess(&self) -> i64 {
        self.deviations.iter().map(|deviation| i64::from(deviation.octets)).sum()
    }

    /// The label that is expected: the printed one, or that of a deviation.
    fn label(&self) -> &str {
        let other = self.deviations.iter().find_map(|deviation| deviation.label);
        other.or(self.printed.map(|printed| printed.label)).unwrap_or("nothing")
    }

    /// What is expected, in words.
    pub fn expected(&self) -> String {
        let Some(printed) = &self.printed else { return "no message beyond those of the RFC".to_owned() };
        let Printed { number, from, to, octets, .. } = printed;
        let octets = octets.map_or("printed in part".to_owned(), |octets| format!("{octets} octets"));
        let head = format!("F{number} {} {} to {}: {octets}", self.label(), from.name(), to.name());
        let whys =
            self.deviations.iter().map(|deviation| format!("{:+}: {}", deviation.octets, deviation.why));
        std::iter::once(head).chain(whys).collect::<Vec<_>>().join("; ")
    }

    /// What was sent, in words.
    pub fn observed(&self) -> String {
        self.sent.as_ref().map_or("nothing".to_owned(), |sent| {
            format!("{} {} to {}: {} octets", sent.label, sent.from.name(), sent.to.name(), sent.octets)
        })
    }
}

/// Compares the messages of a flow with those that the RFC prints, hop by hop. `sent` has no copies.
pub fn verdicts(figure: &Figure, sent: &[Sent]) -> Vec<Verdict> {
    let mut rest: Vec<&Sent> = sent.iter().collect();
    let mut verdicts: Vec<Verdict> = Vec::new();
    for printed in figure.messages {
        let is_next = |sent: &&Sent| (sent.from, sent.to) == (printed.from, printed.to);
        let found = rest.iter().position(is_next).map(|place| rest.remove(place).clone());
        verdicts.push(Verdict {
            printed: Some(*printed),
            sent: found,
            deviations: deviations(figure.section, printed.number).collect(),
        });
    }
    let beyond = rest.into_iter().map(|sent| Verdict {
        printed: None,
        sent: Some(sent.clone()),
        deviations: Vec::new(),
    });
    verdicts.extend(beyond);
    verdicts
}

//! What a link does to packets besides carrying them: loss, jitter, duplication, corruption.

use sim_api::{Distribution, SimTime, Stream, nanos};

use crate::link::{Jitter, LinkSpec};
use crate::loss::{Loss, LossState};
use crate::packet::Damage;
use crate::streams::{Chance, Streams};

const MOST_FLIPPED_BITS: u64 = 3;

/// The impairments of one direction of a link, each with its own draws. Every packet that is clocked out draws once
/// for each impairment, whatever the others do to it.
#[derive(Clone, Debug)]
pub(crate) struct Impairment {
    pub(crate) loss: Option<LossState>,
    jitter: Option<JitterState>,
    duplication: Option<Duplication>,
    corruption: Option<Corruption>,
}

/// What befalls one packet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stroke {
    pub(crate) lost: bool,
    /// Nanoseconds of jitter.
    pub(crate) jitter: u64,
    /// Nanoseconds of jitter of the copy that follows it, if one does.
    pub(crate) copy: Option<u64>,
    pub(crate) damage: Option<Damage>,
}

#[derive(Clone, Debug)]
struct JitterState {
    distribution: Distribution,
    draws: Stream,
    in_order: bool,
}

#[derive(Clone, Debug)]
struct Duplication {
    chance: Chance,
    jitter: Stream,
}

#[derive(Clone, Debug)]
struct Corruption {
    chance: Chance,
    bits: Stream,
}

impl Impairment {
    /// The impairments of `spec`; `None` when the link has none.
    pub(crate) fn of(spec: &LinkSpec, streams: &Streams) -> Option<Box<Impairment>> {
        let impairment = Impairment {
            loss: LossState::begin(spec.loss, SimTime::ZERO, streams),
            jitter: JitterState::of(&spec.jitter, streams),
            duplication: streams
                .chance(spec.duplication, "duplication")
                .map(|chance| Duplication { chance, jitter: streams.of("copy-jitter") }),
            corruption: streams
                .chance(spec.corruption, "corruption")
                .map(|chance| Corruption { chance, bits: streams.of("flipped-bits") }),
        };
        impairment.is_any().then(|| Box::new(impairment))
    }

    /// No impairment but this loss, from `now` on.
    pub(crate) fn only_loss(loss: Loss, now: SimTime, streams: &Streams) -> Option<Box<Impairment>> {
        let loss = LossState::begin(loss, now, streams)?;
        Some(Box::new(Impairment { loss: Some(loss), jitter: None, duplication: None, corruption: None }))
    }

    /// Puts `loss` in the place of the loss so far, from `now` on.
    pub(crate) fn change_loss(&mut self, loss: Loss, now: SimTime, streams: &Streams) {
        let before = self.loss.take();
        self.loss = LossState::begin(loss, now, streams).map(|after| after.continuing(before));
    }

    /// Whether packets keep their order.
    pub(crate) fn keeps_order(&self) -> bool {
        self.jitter.as_ref().is_none_or(|jitter| jitter.in_order)
    }

    /// What befalls the packet of this size whose last octet leaves at `departed`.
    pub(crate) fn strike(&mut self, departed: SimTime, octets: usize) -> Stroke {
        let lost = self.loss.as_mut().is_some_and(|loss| loss.strikes(departed));
        let jitter = self.jitter.as_mut().map_or(0, JitterState::draw);
        let is_copied = self.duplication.as_mut().is_some_and(|d| d.chance.happens());
        let damage = self.corruption.as_mut().and_then(|corruption| corruption.draw(octets));
        Stroke { lost, jitter, copy: is_copied.then(|| self.copy_jitter()), damage }
    }

    fn copy_jitter(&mut self) -> u64 {
        match (&self.jitter, &mut self.duplication) {
            (Some(jitter), Some(duplication)) => nanos(jitter.distribution.sample(duplication.jitter.unit())),
            _ => 0,
        }
    }

    fn is_any(&self) -> bool {
        self.loss.is_some()
            || self.jitter.is_some()
            || self.duplication.is_some()
            || self.corruption.is_some()
    }
}

impl JitterState {
    fn of(jitter: &Jitter, streams: &Streams) -> Option<JitterState> {
        let (distribution, in_order) = match jitter {
            Jitter::None => return None,
            Jitter::InOrder(distribution) => (distribution, true),
            Jitter::Reordering(distribution) => (distribution, false),
        };
        Some(JitterState { distribution: distribution.clone(), draws: streams.of("jitter"), in_order })
    }

    fn draw(&mut self) -> u64 {
        nanos(self.distribution.sample(self.draws.unit()))
    }
}

impl Corruption {
    /// One to three different bits of a packet of this size.
    fn draw(&mut self, octets: usize) -> Option<Damage> {
        // A link without headers carries an empty payload as nothing.
        if !self.chance.happens() || octets == 0 {
            return None;
        }
        let count = 1 + self.bits.below(MOST_FLIPPED_BITS) as usize;
        let mut bits: Vec<u32> = Vec::with_capacity(count);
        while bits.len() < count {
            let bit = self.bits.below(octets as u64 * 8) as u32;
            if !bits.contains(&bit) {
                bits.push(bit);
            }
        }
        Some(Damage::new(&bits))
    }
}

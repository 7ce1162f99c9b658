//! What a test does to a link.

use std::time::Duration;

use sim_api::{Fault, Probability};

use crate::flow::Flow;

/// A link, as a test breaks and mends it. Made by [`Flow::between`]; everything counts in both directions.
#[derive(Debug)]
pub struct Between<'f> {
    pub(crate) flow: &'f mut Flow,
    /// Its index in the plan.
    pub(crate) link: usize,
}

impl Between<'_> {
    /// Drops the next message with this label: a method such as `INVITE` or a status code such as `180`.
    pub fn drop_next(&mut self, label: &str) -> &mut Self {
        self.drop_nth(label, 1)
    }

    /// Drops the `nth` message from here on with this label, counted from 1.
    ///
    /// Several such orders count independently of each other. Of a datagram that must be fragmented the first fragment
    /// is lost.
    ///
    /// # Panics
    /// When `nth` is zero.
    #[track_caller]
    pub fn drop_nth(&mut self, label: &str, nth: u32) -> &mut Self {
        assert!(nth > 0, "messages are counted from 1");
        self.strike(|link| Fault::DropNth { link, label: label.to_owned(), nth })
    }

    /// Loses each packet from here on with this probability, in percent; 0 mends the link.
    ///
    /// # Panics
    /// When `percent` is not from 0 to 100.
    #[track_caller]
    pub fn loss(&mut self, percent: f64) -> &mut Self {
        let probability = Probability::new(percent / 100.0);
        let probability = probability.unwrap_or_else(|| panic!("a loss of {percent} percent"));
        self.strike(|link| Fault::Loss { link, probability })
    }

    /// Takes the link down: what is on it is lost, and packets take another way if there is one.
    pub fn down(&mut self) -> &mut Self {
        self.strike(|link| Fault::LinkDown { link })
    }

    /// Brings the link back.
    pub fn up(&mut self) -> &mut Self {
        self.strike(|link| Fault::LinkUp { link })
    }

    /// Gives the link this propagation delay.
    ///
    /// # Panics
    /// When the flow has begun: the length of a link does not change.
    #[track_caller]
    pub fn delay(&mut self, one_way: Duration) -> &mut Self {
        self.flow.planning().links[self.link].propagation = one_way;
        self
    }

    fn strike(&mut self, fault: impl FnOnce(String) -> Fault) -> &mut Self {
        let name = self.flow.plan.links[self.link].name.clone();
        self.flow.strike(fault(name));
        self
    }
}

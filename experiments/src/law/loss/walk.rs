//! A walk through the messages of one trial.

use std::time::Duration;

use super::Path;
use super::channel::Channel;

/// How likely the story so far is, by the states of both channels; each channel keeps its own clock.
///
/// A trial branches at each message: it passes or it is lost. Both branches go on as walks of their own.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    channels: [Channel; 2],
    clocks: [Duration; 2],
    /// Probability by state (forward, backward).
    joint: [[f64; 2]; 2],
}

impl Walk {
    /// The walk of a trial before its first message: both channels in their stationary law.
    pub(super) fn begin(path: &Path) -> Walk {
        let (f, b) = (path.forward.stationary(), path.backward.stationary());
        Walk {
            channels: [path.forward, path.backward],
            clocks: [Duration::ZERO; 2],
            joint: f.map(|f| b.map(|b| f * b)),
        }
    }

    /// A message from client to server at this instant: the walks on which it passes, and on which it is lost.
    pub(super) fn forward(mut self, at: Duration) -> (Walk, Walk) {
        self.advance([at, self.clocks[1]]);
        let loss = self.channels[0].loss();
        self.branch(|forward, _| loss[forward])
    }

    /// A message from server to client at this instant: the walks on which it passes, and on which it is lost.
    pub(super) fn backward(mut self, at: Duration) -> (Walk, Walk) {
        self.advance([self.clocks[0], at]);
        let loss = self.channels[1].loss();
        self.branch(|_, backward| loss[backward])
    }

    /// Both walks as one: the same trial on either branch.
    pub(super) fn join(mut self, mut other: Walk) -> Walk {
        let clocks = [self.clocks[0].max(other.clocks[0]), self.clocks[1].max(other.clocks[1])];
        self.advance(clocks);
        other.advance(clocks);
        for (row, more) in self.joint.iter_mut().zip(other.joint) {
            row.iter_mut().zip(more).for_each(|(mass, more)| *mass += more);
        }
        self
    }

    /// The same instant of a story that cannot happen.
    pub(super) fn emptied(&self) -> Walk {
        Walk { joint: [[0.0; 2]; 2], ..self.clone() }
    }

    /// The probability of the story.
    pub(super) fn mass(&self) -> f64 {
        self.joint.iter().flatten().sum()
    }

    fn branch(self, loss: impl Fn(usize, usize) -> f64) -> (Walk, Walk) {
        let (mut passed, mut lost) = (self.clone(), self);
        for forward in 0..2 {
            for backward in 0..2 {
                let p = loss(forward, backward);
                passed.joint[forward][backward] *= 1.0 - p;
                lost.joint[forward][backward] *= p;
            }
        }
        (passed, lost)
    }

    /// Lets each channel evolve to its instant.
    fn advance(&mut self, clocks: [Duration; 2]) {
        let [forward, backward] =
            [0, 1].map(|leg| self.channels[leg].transition(clocks[leg] - self.clocks[leg]));
        let turned = [[forward[0][0], forward[1][0]], [forward[0][1], forward[1][1]]];
        self.joint = product(product(turned, self.joint), backward);
        self.clocks = clocks;
    }
}

fn product(a: [[f64; 2]; 2], b: [[f64; 2]; 2]) -> [[f64; 2]; 2] {
    std::array::from_fn(|i| std::array::from_fn(|j| a[i][0] * b[0][j] + a[i][1] * b[1][j]))
}

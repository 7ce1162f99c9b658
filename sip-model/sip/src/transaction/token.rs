//! Who owns a wake-up: the transaction layer and its users share the tokens of one node.

use sim_api::TimerToken;

/// The largest generation that a token can carry: the top two of its bits name the space.
pub(crate) const MAX_GENERATION: u32 = (1 << 30) - 1;

/// The part of a node that a [`TimerToken`] belongs to.
///
/// A node gives the token of each wake-up to the part that [`TokenSpace::of`] names:
///
/// ```
/// use sip::transaction::TokenSpace;
///
/// let token = TokenSpace::Session.token(7, 1);
/// match TokenSpace::of(token) {
///     TokenSpace::Transaction => { /* transactions.on_wake(token, cx) */ }
///     TokenSpace::Session => assert_eq!((token.place(), TokenSpace::generation(token)), (7, 1)),
///     TokenSpace::Registration | TokenSpace::Node => { /* … */ }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSpace {
    /// The transaction layer.
    Transaction,
    /// What a transaction user holds for a call: a UA's call, a proxy's response context.
    Session,
    /// What a transaction user holds for a subscriber or a binding.
    Registration,
    /// The node as a whole.
    Node,
}

impl TokenSpace {
    const ALL: [TokenSpace; 4] =
        [TokenSpace::Transaction, TokenSpace::Session, TokenSpace::Registration, TokenSpace::Node];

    /// The token of this space for `place` and the lower 30 bits of `generation`.
    pub const fn token(self, place: u32, generation: u32) -> TimerToken {
        TimerToken::of(place, (generation & MAX_GENERATION) | ((self as u32) << 30))
    }

    /// The space that `token` belongs to.
    pub const fn of(token: TimerToken) -> TokenSpace {
        TokenSpace::ALL[(token.generation() >> 30) as usize]
    }

    /// The generation that was given to [`TokenSpace::token`], 30 bits.
    pub const fn generation(token: TimerToken) -> u32 {
        token.generation() & MAX_GENERATION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_keeps_space_place_and_generation_apart() {
        for space in TokenSpace::ALL {
            let token = space.token(u32::MAX, u32::MAX);
            assert_eq!(TokenSpace::of(token), space);
            assert_eq!((token.place(), TokenSpace::generation(token)), (u32::MAX, MAX_GENERATION));
        }
    }
}

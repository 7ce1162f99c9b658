//! For how long a binding is granted (RFC 3261 10.3 step 7).

/// The expiration intervals that a registrar grants, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntervalPolicy {
    /// What a registration without an expiration gets.
    pub default_s: u32,
    /// The shortest interval that is honoured. Only registrations below one hour can be refused for it.
    pub minimum_s: u32,
    /// The longest interval that is granted; more is cut down to it.
    pub maximum_s: u32,
}

impl Default for IntervalPolicy {
    /// One hour unless asked otherwise, between one minute and one day.
    fn default() -> IntervalPolicy {
        IntervalPolicy { default_s: 3600, minimum_s: 60, maximum_s: 86_400 }
    }
}

/// What a registrar says to an expiration interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// The binding is granted for so many seconds, at least one.
    Granted(u32),
    /// The binding is removed.
    Removal,
    /// The registration is refused with 423, because it asks for these seconds only.
    TooBrief(u32),
}

const ONE_HOUR_S: u32 = 3600;

impl IntervalPolicy {
    /// What becomes of a contact whose `expires` parameter is `parameter`, in a REGISTER whose Expires is `header`.
    #[must_use]
    pub fn judge(&self, parameter: Option<u32>, header: Option<u32>) -> Interval {
        //= RFC 3261 10.3: step 7: the "expires" parameter, else the Expires header field, else a configured default
        let requested = parameter.or(header).unwrap_or(self.default_s);
        match requested {
            0 => Interval::Removal,
            //= RFC 3261 10.3: step 7: if and only if the requested interval is greater than zero AND smaller than one
            // hour AND less than a registrar-configured minimum, the registrar MAY reject the registration
            brief if brief < ONE_HOUR_S && brief < self.minimum_s => Interval::TooBrief(brief),
            //= RFC 3261 10.3: step 7: the registrar MAY choose an expiration less than the requested interval
            requested => Interval::Granted(requested.min(self.maximum_s.max(1))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameter_wins_over_the_header_and_the_header_over_the_default() {
        let policy = IntervalPolicy::default();
        for (parameter, header, wanted) in [
            (Some(600), Some(1200), Interval::Granted(600)),
            (None, Some(1200), Interval::Granted(1200)),
            (None, None, Interval::Granted(3600)),
            (Some(0), Some(1200), Interval::Removal),
            (Some(600), Some(0), Interval::Granted(600)),
            (None, Some(0), Interval::Removal),
            (Some(u32::MAX), None, Interval::Granted(86_400)),
        ] {
            assert_eq!(policy.judge(parameter, header), wanted, "{parameter:?} {header:?}");
        }
    }

    #[test]
    fn only_intervals_between_zero_and_one_hour_are_too_brief() {
        let strict = IntervalPolicy { minimum_s: 7200, ..IntervalPolicy::default() };
        for (requested, wanted) in [
            (0, Interval::Removal),
            (1, Interval::TooBrief(1)),
            (3599, Interval::TooBrief(3599)),
            (3600, Interval::Granted(3600)),
            (7199, Interval::Granted(7199)),
            (7200, Interval::Granted(7200)),
        ] {
            assert_eq!(strict.judge(Some(requested), None), wanted, "{requested}");
        }
        let lenient = IntervalPolicy { minimum_s: 60, ..IntervalPolicy::default() };
        assert_eq!(lenient.judge(Some(59), None), Interval::TooBrief(59));
        assert_eq!(lenient.judge(Some(60), None), Interval::Granted(60));
    }
}

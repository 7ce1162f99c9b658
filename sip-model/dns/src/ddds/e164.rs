//! From a telephone number to a URI: ENUM (RFC 6116, which keeps the algorithm of RFC 3761).

use crate::answer::Answer;
use crate::ddds::Substitution;
use crate::message::Question;
use crate::name::Name;
use crate::record::{Naptr, RecordType};

/// How many rules that lead to other names are followed for one number.
pub const MAX_NON_TERMINALS: usize = 5;
/// The most digits of a number (E.164 6.1).
const MAX_DIGITS: usize = 15;

/// Why a text is no E.164 number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnumError {
    /// It does not begin with `+`, or has other characters than digits and separators.
    #[error("an E.164 number is a + and digits (RFC 3761 2.1)")]
    NotANumber,
    /// It has no digit, or more than 15.
    #[error("an E.164 number has 1 to 15 digits (RFC 3761 2.1)")]
    DigitCount,
    /// The domain below which numbers are looked up leaves no room.
    #[error("the domain of the number is above 255 octets (RFC 1035 2.3.4)")]
    DomainTooLong,
}

/// The search for the URI of one number.
///
/// Asks no server itself: it says what to ask, and takes the answer.
///
/// ```
/// use dns::{Answer, CharacterString, EnumLookup, EnumStep, Naptr, Name, RData, Record};
///
/// let (mut lookup, question) = EnumLookup::begin("+44-116-496-0348", &"e164.arpa".parse()?, "sip")?;
/// assert_eq!(question.name, "8.4.3.0.6.9.4.6.1.1.4.4.e164.arpa".parse()?);
///
/// let text = |text| CharacterString::new(text).expect("short");
/// let rule = Naptr {
///     order: 10,
///     preference: 100,
///     flags: text("u"),
///     services: text("E2U+sip"),
///     regexp: text("!^.*$!sip:info@example.com!"),
///     replacement: Name::root(),
/// };
/// let answer = Answer::Found(vec![Record::new(question.name, 60, RData::Naptr(Box::new(rule)))]);
/// assert_eq!(lookup.on_answer(&answer), EnumStep::Found("sip:info@example.com".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct EnumLookup {
    /// The application unique string: `+` and digits.
    number: String,
    service: String,
    /// The names that were asked for.
    visited: Vec<Name>,
    skipped: u32,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum EnumStep {
    /// A rule leads to another name: ask this.
    Ask(Question),
    /// The URI.
    Found(String),
    /// No rule for the service: the number has no such URI.
    NotFound,
    /// Nobody could tell.
    Failed,
}

impl EnumLookup {
    /// Begins the search for the `service` (such as `sip`) of `number` below `suffix` (`e164.arpa`, or a private tree),
    /// and says what to ask first. Hyphens, dots, parentheses and spaces in the number are left out.
    ///
    /// # Errors
    /// When `number` is no E.164 number.
    pub fn begin(number: &str, suffix: &Name, service: &str) -> Result<(EnumLookup, Question), EnumError> {
        let digits = digits(number)?;
        //= RFC 3761 2.4: put dots between each digit, reverse the order of the digits, append the suffix
        let labels = digits.as_bytes().iter().rev().map(std::slice::from_ref);
        let name = Name::from_labels(labels.chain(suffix.labels())).map_err(|_| EnumError::DomainTooLong)?;
        let visited = vec![name.clone()];
        let lookup =
            EnumLookup { number: format!("+{digits}"), service: service.to_owned(), visited, skipped: 0 };
        Ok((lookup, Question::new(name, RecordType::Naptr)))
    }

    /// How many records were skipped because they break a rule: a bad expression, a loop, no URI as result.
    pub fn skipped(&self) -> u32 {
        self.skipped
    }

    /// Takes the answer to the last question.
    pub fn on_answer(&mut self, answer: &Answer) -> EnumStep {
        match answer {
            Answer::Found(_) => self.apply(answer.naptr()),
            Answer::NoData | Answer::NxDomain => EnumStep::NotFound,
            Answer::ServFail | Answer::Timeout => EnumStep::Failed,
        }
    }

    /// Applies the rules in their order; the first that yields something decides.
    fn apply<'a>(&mut self, rules: impl Iterator<Item = &'a Naptr>) -> EnumStep {
        let mut rules: Vec<&Naptr> = rules.collect();
        rules.sort_by_key(|rule| (rule.order, rule.preference));
        for rule in rules {
            match self.result_of(rule) {
                RuleResult::Step(step) => return step,
                RuleResult::Bad => self.skipped += 1,
                RuleResult::NoMatch => {}
            }
        }
        EnumStep::NotFound
    }

    fn result_of(&mut self, rule: &Naptr) -> RuleResult {
        if rule.flags.says("u") && self.is_wanted(rule) {
            return self.terminal(rule);
        }
        //= RFC 3761 2.4.1: if this flag is not present then this rule is non-terminal
        if rule.flags.octets().is_empty() && (rule.services.octets().is_empty() || self.is_wanted(rule)) {
            return self.non_terminal(rule);
        }
        //= RFC 3761 2.4.1: if a client encounters a record with an unknown flag, it MUST ignore it
        RuleResult::NoMatch
    }

    fn terminal(&self, rule: &Naptr) -> RuleResult {
        let Ok(substitution) = Substitution::parse(rule.regexp.octets()) else { return RuleResult::Bad };
        match substitution.apply(&self.number) {
            Some(uri) if is_uri(&uri) => RuleResult::Step(EnumStep::Found(uri)),
            Some(_) => RuleResult::Bad,
            None => RuleResult::NoMatch,
        }
    }

    fn non_terminal(&mut self, rule: &Naptr) -> RuleResult {
        let next = match (rule.regexp.octets(), rule.replacement.is_root()) {
            ([], false) => rule.replacement.clone(),
            (regexp, true) => {
                let Ok(substitution) = Substitution::parse(regexp) else { return RuleResult::Bad };
                let Some(key) = substitution.apply(&self.number) else { return RuleResult::NoMatch };
                //= RFC 3402 3.2: client software SHOULD verify that the result is a legal database key before using it
                let Ok(name) = key.parse() else { return RuleResult::Bad };
                name
            }
            //= RFC 3403 4.1: if a record contains both, it is considered to be in error and SHOULD be ignored
            (_, false) => return RuleResult::Bad,
        };
        if self.visited.contains(&next) || self.visited.len() > MAX_NON_TERMINALS {
            return RuleResult::Bad;
        }
        self.visited.push(next.clone());
        RuleResult::Step(EnumStep::Ask(Question::new(next, RecordType::Naptr)))
    }

    /// Whether the services field names the service that is sought.
    fn is_wanted(&self, rule: &Naptr) -> bool {
        let Ok(services) = std::str::from_utf8(rule.services.octets()) else { return false };
        //= RFC 3761 2.4.2: service-field = "E2U" 1*("+" enumservice), enumservice = type 0*(":" subtype)
        let mut fields = services.split('+');
        let is_enum = fields.next().is_some_and(|field| field.eq_ignore_ascii_case("E2U"));
        let type_of = |service: &'_ str| service.split(':').next().unwrap_or_default().to_owned();
        is_enum && fields.any(|service| type_of(service).eq_ignore_ascii_case(&self.service))
    }
}

/// What a rule comes to.
#[derive(Debug)]
enum RuleResult {
    Step(EnumStep),
    NoMatch,
    Bad,
}

fn digits(number: &str) -> Result<String, EnumError> {
    let rest = number.strip_prefix('+').ok_or(EnumError::NotANumber)?;
    let mut digits = String::new();
    for char in rest.chars() {
        match char {
            '0'..='9' if digits.len() < MAX_DIGITS => digits.push(char),
            '0'..='9' => return Err(EnumError::DigitCount),
            '-' | '.' | '(' | ')' | ' ' => {}
            _ => return Err(EnumError::NotANumber),
        }
    }
    if digits.is_empty() { Err(EnumError::DigitCount) } else { Ok(digits) }
}

/// Whether the text is an absolute URI as far as its scheme and its characters go.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|char: char| char.is_ascii_alphabetic())
        && scheme.chars().all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char));
    is_scheme && !rest.is_empty() && rest.chars().all(|char| char.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{CharacterString, RData, Record};

    const ROOT: &str = ".";

    fn rule(order: u16, flags: &str, services: &str, regexp: &str, replacement: &str) -> Naptr {
        let text = |text: &str| CharacterString::new(text).unwrap();
        Naptr {
            order,
            preference: 10,
            flags: text(flags),
            services: text(services),
            regexp: text(regexp),
            replacement: replacement.parse().unwrap(),
        }
    }

    fn begin() -> EnumLookup {
        EnumLookup::begin("+442079460148", &"e164.arpa".parse().unwrap(), "sip").unwrap().0
    }

    fn answer(rules: impl IntoIterator<Item = Naptr>) -> Answer {
        let record = |rule| Record::new("x.example".parse().unwrap(), 60, RData::Naptr(Box::new(rule)));
        Answer::Found(rules.into_iter().map(record).collect())
    }

    fn found(uri: &str) -> EnumStep {
        EnumStep::Found(uri.to_owned())
    }

    #[test]
    fn the_domain_of_a_number_is_its_digits_reversed() {
        let arpa = "e164.arpa".parse().unwrap();
        let (_, question) = EnumLookup::begin("+442079460148", &arpa, "sip").unwrap();
        assert_eq!(question.name.to_string(), "8.4.1.0.6.4.9.7.0.2.4.4.e164.arpa");
        for (bad, error) in [
            ("442079460148", EnumError::NotANumber),
            ("+44x", EnumError::NotANumber),
            ("+", EnumError::DigitCount),
            ("+1234567890123456", EnumError::DigitCount),
        ] {
            assert_eq!(EnumLookup::begin(bad, &arpa, "sip").unwrap_err(), error, "{bad}");
        }
    }

    #[test]
    fn order_then_preference_then_service_decide() {
        // RFC 3761 4.1, with an earlier rule for another service.
        let rules = [
            rule(100, "u", "E2U+sip", "!^.*$!sip:last@example.com!", ROOT),
            rule(10, "u", "E2U+sip", r"!^\+44(.*)$!sip:\1@example.com!", ROOT),
            rule(5, "u", "E2U+email:mailto", "!^.*$!mailto:info@example.com!", ROOT),
            Naptr { preference: 5, ..rule(10, "u", "E2U+sip", r"!^\+49!sip:germany!", ROOT) },
        ];
        assert_eq!(begin().on_answer(&answer(rules)), found("sip:2079460148@example.com"));
    }

    #[test]
    fn services_are_read_as_a_list_without_case() {
        for services in ["e2u+SIP", "E2U+h323+sip", "E2U+sip:x"] {
            let rules = answer([rule(1, "U", services, "!.*!sip:a@b!", ROOT)]);
            assert_eq!(begin().on_answer(&rules), found("sip:a@b"), "{services}");
        }
        for services in ["sip+E2U", "E2U", "E2U+sips", "SIP+D2U", ""] {
            let rules = answer([rule(1, "u", services, "!.*!sip:a@b!", ROOT)]);
            assert_eq!(begin().on_answer(&rules), EnumStep::NotFound, "{services}");
        }
    }

    #[test]
    fn a_record_with_a_bad_expression_or_result_is_skipped_and_counted() {
        let rules = [
            rule(1, "u", "E2U+sip", "!^(.*$!sip:a@b!", ROOT),
            rule(2, "u", "E2U+sip", "!^.*$!no uri!", ROOT),
            rule(3, "u", "E2U+sip", "", ROOT),
            rule(4, "u", "E2U+sip", "!^.*$!sip:good@b!", ROOT),
        ];
        let mut lookup = begin();
        assert_eq!(lookup.on_answer(&answer(rules)), found("sip:good@b"));
        assert_eq!(lookup.skipped(), 3);
    }

    #[test]
    fn unknown_flags_are_ignored() {
        let rules =
            answer([rule(1, "z", "E2U+sip", "!.*!sip:a@b!", ROOT), rule(2, "s", "E2U+sip", "", "a.b")]);
        assert_eq!(begin().on_answer(&rules), EnumStep::NotFound);
    }

    #[test]
    fn rules_that_lead_elsewhere_are_followed_five_times() {
        let mut lookup = begin();
        for step in 0..MAX_NON_TERMINALS {
            let next = format!("n{step}.example");
            let EnumStep::Ask(question) = lookup.on_answer(&answer([rule(1, "", "", "", &next)])) else {
                panic!("step {step} is followed")
            };
            assert_eq!(question, Question::new(next.parse().unwrap(), RecordType::Naptr));
        }
        assert_eq!(lookup.on_answer(&answer([rule(1, "", "", "", "n9.example")])), EnumStep::NotFound);
    }

    #[test]
    fn a_loop_of_rules_is_refused() {
        let mut lookup = begin();
        let back = "8.4.1.0.6.4.9.7.0.2.4.4.E164.arpa";
        assert!(matches!(lookup.on_answer(&answer([rule(1, "", "", "", "a.example")])), EnumStep::Ask(_)));
        assert_eq!(lookup.on_answer(&answer([rule(1, "", "", "", back)])), EnumStep::NotFound);
        assert_eq!(lookup.skipped(), 1);
    }

    #[test]
    fn a_rule_that_leads_elsewhere_may_compute_the_name() {
        let rules = answer([rule(1, "", "E2U+sip", r"!^\+44(.*)$!\1.uk.example!", ROOT)]);
        let EnumStep::Ask(question) = begin().on_answer(&rules) else { panic!() };
        assert_eq!(question.name.to_string(), "2079460148.uk.example");
        let both = answer([rule(1, "", "", "!.*!a.example!", "b.example")]);
        assert_eq!(begin().on_answer(&both), EnumStep::NotFound);
    }

    #[test]
    fn no_answer_is_told_apart_from_no_number() {
        assert_eq!(begin().on_answer(&Answer::NxDomain), EnumStep::NotFound);
        assert_eq!(begin().on_answer(&Answer::ServFail), EnumStep::Failed);
        assert_eq!(begin().on_answer(&Answer::Timeout), EnumStep::Failed);
    }
}

//! Substitution expressions (RFC 3402 3.2).

use regex_lite::{Regex, RegexBuilder};

/// What a compiled expression may take, in octets: some hundred times its text of at most 255.
const MAX_COMPILED_OCTETS: usize = 1 << 16;
/// The longest text: the regexp field is a character-string.
const MAX_TEXT_OCTETS: usize = 255;
/// The groups that a replacement can name: `\1` to `\9`.
const GROUPS_MAX: u32 = 9;
/// How deep groups may nest.
const MAX_NESTING: u32 = 30;

/// A substitution expression `!ere!replacement!flags`, where `!` may be any delimiter.
///
/// The expression is a POSIX extended regular expression. What POSIX leaves undefined is refused, such as `(?`, `\d` or
/// `a+?`. One difference remains: of alternatives that both match, the first wins, not the longest.
///
/// ```
/// use dns::Substitution;
///
/// let rule = Substitution::parse(br"!^\+49(40.*)$!sip:\1@hamburg.example!")?;
/// assert_eq!(rule.apply("+4940123").as_deref(), Some("sip:40123@hamburg.example"));
/// assert_eq!(rule.apply("+4989123"), None);
/// # Ok::<(), dns::SubstitutionError>(())
/// ```
#[derive(Debug)]
pub struct Substitution {
    expression: Regex,
    replacement: Vec<Part>,
}

/// A piece of a replacement.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// What the group of this number matched; zero for the whole match.
    Group(usize),
}

/// Why a text is no substitution expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubstitutionError {
    /// The first octet cannot be a delimiter: a digit, a flag, a backslash, or there is none.
    #[error("a digit, a flag or a backslash cannot be the delimiter (RFC 3402 3.2)")]
    Delimiter,
    /// There are not exactly three delimiters.
    #[error("a substitution expression has exactly three delimiters (RFC 3402 3.2)")]
    DelimiterCount,
    /// The expression is no POSIX extended regular expression, or too large.
    #[error("not an extended regular expression (RFC 3402 3.2)")]
    Expression,
    /// A flag other than `i`.
    #[error("unknown flag (RFC 3402 3.2)")]
    Flag,
    /// The octets are not UTF-8.
    #[error("not UTF-8 (RFC 3402 3.2)")]
    NotUtf8,
    /// The replacement has a backslash before something else than a digit, a backslash or the delimiter, or names a
    /// group that the expression has not.
    #[error("unusable escape or group in the replacement (RFC 3402 3.2)")]
    Replacement,
}

impl Substitution {
    /// Reads the `regexp` field of a NAPTR record.
    ///
    /// # Errors
    /// When it is no substitution expression; a client skips such a record.
    pub fn parse(octets: &[u8]) -> Result<Substitution, SubstitutionError> {
        //= RFC 1035 3.3: <character-string> is treated as binary information, and can be up to 256 characters in length
        // (including the length octet)
        if octets.len() > MAX_TEXT_OCTETS {
            return Err(SubstitutionError::Expression);
        }
        let text = std::str::from_utf8(octets).map_err(|_| SubstitutionError::NotUtf8)?;
        let delimiter = text.chars().next().ok_or(SubstitutionError::Delimiter)?;
        //= RFC 3402 3.2: digits MUST NOT be used as delimiters; the delimiter character must not also be a flag character
        if delimiter.is_ascii_digit() || matches!(delimiter, 'i' | 'I' | '\\') {
            return Err(SubstitutionError::Delimiter);
        }
        let [ere, replacement, flags] = split(&text[delimiter.len_utf8()..], delimiter)?;
        let is_case_insensitive = !flags.is_empty();
        if !flags.chars().all(|flag| flag == 'i') {
            return Err(SubstitutionError::Flag);
        }
        let pattern = rust_pattern(&ere).ok_or(SubstitutionError::Expression)?;
        let expression = RegexBuilder::new(&pattern)
            .case_insensitive(is_case_insensitive)
            .size_limit(MAX_COMPILED_OCTETS)
            .nest_limit(MAX_NESTING)
            .build()
            .map_err(|_| SubstitutionError::Expression)?;
        let replacement =
            parts(&replacement, expression.captures_len()).ok_or(SubstitutionError::Replacement)?;
        Ok(Substitution { expression, replacement })
    }

    /// The replacement with what its groups matched in `text`; `None` when the expression does not match.
    ///
    /// What the expression leaves unmatched of `text` is not part of the result.
    pub fn apply(&self, text: &str) -> Option<String> {
        let matched = self.expression.captures(text)?;
        let part = |part: &'_ Part| match part {
            Part::Text(text) => text.clone(),
            Part::Group(number) => {
                matched.get(*number).map_or(String::new(), |group| group.as_str().to_owned())
            }
        };
        Some(self.replacement.iter().map(part).collect())
    }
}

/// The three fields behind the first delimiter. An escaped delimiter stands for itself.
fn split(text: &str, delimiter: char) -> Result<[String; 3], SubstitutionError> {
    let (mut fields, mut count) = ([const { String::new() }; 3], 0);
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char == delimiter {
            count += 1;
            if count > 2 {
                return Err(SubstitutionError::DelimiterCount);
            }
        } else if char == '\\' {
            match chars.next() {
                Some(escaped) if escaped == delimiter => fields[count].push(escaped),
                Some(escaped) => fields[count].extend(['\\', escaped]),
                None => fields[count].push('\\'),
            }
        } else {
            fields[count].push(char);
        }
    }
    if count == 2 { Ok(fields) } else { Err(SubstitutionError::DelimiterCount) }
}

fn parts(replacement: &str, groups: usize) -> Option<Vec<Part>> {
    let (mut parts, mut text) = (Vec::new(), String::new());
    let mut chars = replacement.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next()? {
                '\\' => text.push('\\'),
                digit => {
                    let number = usize::try_from(digit.to_digit(10)?).ok()?;
                    //= RFC 3402 3.2: error - no matching subexpression
                    if number >= groups {
                        return None;
                    }
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    parts.push(Part::Group(number));
                }
            },
            other => text.push(other),
        }
    }
    parts.push(Part::Text(text));
    Some(parts)
}

/// The pattern of `regex-lite` that means what the extended regular expression means; `None` when POSIX gives it no
/// meaning. Groups behind the ninth, which no replacement can name, capture nothing: matching takes memory for each.
fn rust_pattern(ere: &str) -> Option<String> {
    let mut pattern = String::new();
    let mut groups = 0;
    let mut chars = ere.chars().peekable();
    // Whether a repetition such as `*` may follow: not at the start, behind `(`, `|`, `^`, or another one.
    let mut may_repeat = false;
    while let Some(char) = chars.next() {
        pattern.push(char);
        may_repeat = match char {
            '*' | '+' | '?' | '{' if !may_repeat => return None,
            '*' | '+' | '?' => false,
            '{' => {
                interval(&mut chars, &mut pattern)?;
                false
            }
            '(' => {
                groups += 1;
                if groups > GROUPS_MAX {
                    pattern.push_str("?:");
                }
                false
            }
            '|' | '^' => false,
            '[' => {
                bracket(&mut chars, &mut pattern)?;
                true
            }
            '\\' => {
                let escaped = chars.next().filter(|escaped| r"^.[]$()|*+?{}\".contains(*escaped))?;
                pattern.push(escaped);
                true
            }
            _ => true,
        };
    }
    Some(pattern)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The rest of an interval such as `{2,3}`.
fn interval(chars: &mut Chars<'_>, pattern: &mut String) -> Option<()> {
    for char in chars {
        pattern.push(char);
        match char {
            '0'..='9' | ',' => {}
            '}' => return Some(()),
            _ => return None,
        }
    }
    None
}

/// The rest of a bracket expression, in which POSIX knows no escapes but classes such as `[:digit:]`.
fn bracket(chars: &mut Chars<'_>, pattern: &mut String) -> Option<()> {
    pattern.extend(chars.next_if_eq(&'^'));
    let mut is_first = true;
    while let Some(char) = chars.next() {
        match char {
            ']' if !is_first => {
                pattern.push(']');
                return Some(());
            }
            '[' => match chars.next_if(|next| matches!(next, ':' | '.' | '=')) {
                Some(':') => class(chars, pattern)?,
                // Collating symbols and equivalence classes need a locale.
                Some(_) => return None,
                None => pattern.push_str(r"\["),
            },
            ']' | '\\' | '&' | '~' | '^' => pattern.extend(['\\', char]),
            other => pattern.push(other),
        }
        is_first = false;
    }
    None
}

/// The rest of a class such as `[:digit:]`, of which `[:` is read.
fn class(chars: &mut Chars<'_>, pattern: &mut String) -> Option<()> {
    let name: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_lowercase)).collect();
    let is_closed = chars.next() == Some(':') && chars.next() == Some(']');
    pattern.push_str(&format!("[:{name}:]"));
    is_closed.then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(expression: &str, text: &str) -> Option<String> {
        Substitution::parse(expression.as_bytes()).unwrap().apply(text)
    }

    #[test]
    fn groups_of_the_standard_example_are_replaced() {
        // RFC 3402 3.2: (A(B(C)DE)(F)G).
        let all = r"!^(A(B(C)DE)(F)G)$!\1-\2-\3-\4-\0!";
        assert_eq!(apply(all, "ABCDEFG").as_deref(), Some("ABCDEFG-BCDE-C-F-ABCDEFG"));
        assert_eq!(
            Substitution::parse(r"!(A(B(C)DE)(F)G)!\5!".as_bytes()).unwrap_err(),
            SubstitutionError::Replacement
        );
    }

    #[test]
    fn any_delimiter_works_and_stands_for_itself_when_escaped() {
        assert_eq!(apply("/^.*$/sip:a@b/", "+1").as_deref(), Some("sip:a@b"));
        assert_eq!(apply(r"/^.*$/http:\/\/b\/c/", "+1").as_deref(), Some("http://b/c"));
        assert_eq!(apply("é^.*$ésip:a@bé", "+1").as_deref(), Some("sip:a@b"));
        assert_eq!(apply(r"!^\!$!x!", "!").as_deref(), Some("x"));
        for bad in ["", "1^.*$1x1", "i^.*$ixi", r"\^.*$\x\"] {
            assert_eq!(
                Substitution::parse(bad.as_bytes()).unwrap_err(),
                SubstitutionError::Delimiter,
                "{bad}"
            );
        }
        for bad in ["!", "!^.*$", "!^.*$!x", "!^.*$!x!y!", "!^.*$!x!!"] {
            let error = Substitution::parse(bad.as_bytes()).unwrap_err();
            assert_eq!(error, SubstitutionError::DelimiterCount, "{bad}");
        }
    }

    #[test]
    fn the_flag_i_ignores_case_and_no_other_flag_is_known() {
        assert_eq!(apply("!^ABC$!x!i", "abc").as_deref(), Some("x"));
        assert_eq!(apply("!^ABC$!x!", "abc"), None);
        assert_eq!(Substitution::parse(b"!a!x!g").unwrap_err(), SubstitutionError::Flag);
    }

    #[test]
    fn what_posix_gives_no_meaning_is_refused() {
        for bad in [
            "(",
            "a)",
            "[a",
            "a{2",
            "a{x}",
            "*a",
            "(?i)a",
            "a+?",
            "a**",
            r"\d",
            r"(a)\1",
            "[[:nope:]]",
            "[[.a.]]",
        ] {
            let error = Substitution::parse(format!("!{bad}!x!").as_bytes()).unwrap_err();
            assert_eq!(error, SubstitutionError::Expression, "{bad}");
        }
        assert_eq!(Substitution::parse(b"!\xff!x!").unwrap_err(), SubstitutionError::NotUtf8);
        assert_eq!(Substitution::parse(br"!a!\x!").unwrap_err(), SubstitutionError::Replacement);
    }

    #[test]
    fn brackets_know_no_escapes() {
        assert_eq!(apply(r"!^[\d]+$!x!", r"d\d").as_deref(), Some("x"));
        assert_eq!(apply(r"!^[\d]+$!x!", "7"), None);
        assert_eq!(apply("!^[]a[&&~]+$!x!", "]a[&~").as_deref(), Some("x"));
        assert_eq!(apply("!^[^]]+$!x!", "]"), None);
        assert_eq!(apply(r"!^\+[[:digit:]]{2,3}([0-9]*)$!\1!", "+44123").as_deref(), Some("23"));
    }

    #[test]
    fn hostile_expressions_are_refused_or_cheap() {
        let nested = format!("!{}a{}!x!", "(".repeat(60), ")".repeat(60));
        assert!(Substitution::parse(nested.as_bytes()).is_err());
        let exploding = "!((((a{100}){100}){100}){100})!x!";
        assert_eq!(Substitution::parse(exploding.as_bytes()).unwrap_err(), SubstitutionError::Expression);
        assert_eq!(apply("!^(a*)*(a*)*(a*)*b$!x!", &"a".repeat(60)), None);
    }
}

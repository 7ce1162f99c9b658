//! Domain names (RFC 1034 3.1, RFC 1035 2.3, RFC 2181 11).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

/// The most octets of a name on the wire, length octets and the root's zero included (RFC 1035 2.3.4).
pub const MAX_NAME_OCTETS: usize = 255;
/// The most octets of one label (RFC 1035 2.3.4).
pub const MAX_LABEL_OCTETS: usize = 63;
/// The most labels of a name, the root not counted: each takes two octets at least.
pub const MAX_LABELS: usize = (MAX_NAME_OCTETS - 1) / 2;

/// An absolute domain name.
///
/// Keeps the case of its letters, compares without it, and sorts by labels from the root, so that a name stands right
/// before all names below it. Any octet may occur in a label (RFC 2181 11). Cloning copies a pointer.
///
/// ```
/// use dns::Name;
///
/// let domain: Name = "example.com".parse()?;
/// let service = domain.child("_udp")?.child("_sip")?;
/// assert_eq!(service, "_SIP._udp.Example.COM.".parse()?);
/// assert_eq!(service.to_string(), "_sip._udp.example.com");
/// assert!(service.is_within(&domain));
/// # Ok::<(), dns::NameError>(())
/// ```
#[derive(Clone)]
pub struct Name(Arc<[u8]>);

/// Why a text or a list of labels is no domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Two dots stand together, or the text is empty.
    #[error("empty label (RFC 1035 3.1)")]
    EmptyLabel,
    /// A backslash without a character or three digits below 256 behind it.
    #[error("unfinished or too large escape (RFC 1035 5.1)")]
    Escape,
    /// A label has more than [`MAX_LABEL_OCTETS`].
    #[error("label above 63 octets (RFC 1035 2.3.4)")]
    LabelTooLong,
    /// The name has more than [`MAX_NAME_OCTETS`].
    #[error("name above 255 octets (RFC 1035 2.3.4)")]
    NameTooLong,
}

impl Name {
    /// The root, above all other names.
    pub fn root() -> Name {
        Name(Arc::from([0]))
    }

    /// The name with these labels, the one farthest from the root first.
    ///
    /// # Errors
    /// When a label is empty or too long, or the name is.
    pub fn from_labels<'a>(labels: impl IntoIterator<Item = &'a [u8]>) -> Result<Name, NameError> {
        let mut builder = NameBuilder::default();
        labels.into_iter().try_for_each(|label| builder.push(label))?;
        Ok(builder.finish())
    }

    /// The name directly below this one with `label`.
    ///
    /// # Errors
    /// When the label is empty or too long, or the name becomes too long.
    pub fn child(&self, label: impl AsRef<[u8]>) -> Result<Name, NameError> {
        Name::from_labels(std::iter::once(label.as_ref()).chain(self.labels()))
    }

    /// The name directly above; none above the root.
    pub fn parent(&self) -> Option<Name> {
        let first = usize::from(self.0[0]);
        (first > 0).then(|| Name(Arc::from(&self.0[first + 1..])))
    }

    /// This name, its parent, and so on up to the root.
    pub fn ancestors(&self) -> impl Iterator<Item = Name> {
        std::iter::successors(Some(self.clone()), Name::parent)
    }

    /// The labels, the one farthest from the root first; none for the root.
    pub fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.0[..];
        std::iter::from_fn(move || {
            let (&length, tail) = rest.split_first()?;
            let (label, tail) =
                tail.split_at_checked(length.into()).filter(|(label, _)| !label.is_empty())?;
            rest = tail;
            Some(label)
        })
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.len() == 1
    }

    /// Whether this name is `ancestor` or lies below it.
    pub fn is_within(&self, ancestor: &Name) -> bool {
        let Some(start) = self.0.len().checked_sub(ancestor.0.len()) else { return false };
        // The octets of a longer name may end like the ancestor in the middle of a label.
        self.0[start..].eq_ignore_ascii_case(&ancestor.0) && self.label_starts().any(|at| at == start)
    }

    /// The uncompressed wire form: each label behind its length, then the root's zero.
    pub fn wire(&self) -> &[u8] {
        &self.0
    }

    /// Where each label and the root's zero begin in the wire form.
    pub(crate) fn label_starts(&self) -> impl Iterator<Item = usize> {
        let mut next = Some(0);
        std::iter::from_fn(move || {
            let at = next?;
            let length = usize::from(self.0[at]);
            next = (length > 0).then_some(at + 1 + length);
            Some(at)
        })
    }
}

/// Labels on their way to a name: holds the limits of RFC 1035 2.3.4.
#[derive(Debug)]
pub(crate) struct NameBuilder {
    octets: [u8; MAX_NAME_OCTETS],
    length: usize,
}

impl Default for NameBuilder {
    fn default() -> NameBuilder {
        NameBuilder { octets: [0; MAX_NAME_OCTETS], length: 0 }
    }
}

impl NameBuilder {
    /// Adds the next label towards the root.
    pub(crate) fn push(&mut self, label: &[u8]) -> Result<(), NameError> {
        let Ok(length @ 1..) = u8::try_from(label.len()) else {
            return Err(if label.is_empty() { NameError::EmptyLabel } else { NameError::LabelTooLong });
        };
        if label.len() > MAX_LABEL_OCTETS {
            return Err(NameError::LabelTooLong);
        }
        let end = self.length + 1 + label.len();
        if end + 1 > MAX_NAME_OCTETS {
            return Err(NameError::NameTooLong);
        }
        self.octets[self.length] = length;
        self.octets[self.length + 1..end].copy_from_slice(label);
        self.length = end;
        Ok(())
    }

    /// The name of the labels so far.
    pub(crate) fn finish(self) -> Name {
        Name(Arc::from(&self.octets[..=self.length]))
    }
}

/// Reads the text form of RFC 1035 5.1; the final dot may be missing, `.` alone is the root.
impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Name, NameError> {
        if text == "." {
            return Ok(Name::root());
        }
        let (mut builder, mut label) = (NameBuilder::default(), Vec::new());
        let mut rest = text.as_bytes();
        while let Some((&octet, tail)) = rest.split_first() {
            rest = tail;
            match octet {
                b'.' => {
                    builder.push(&label)?;
                    label.clear();
                }
                b'\\' => label.push(unescape(&mut rest).ok_or(NameError::Escape)?),
                _ => label.push(octet),
            }
        }
        if !label.is_empty() || text.is_empty() {
            builder.push(&label)?;
        }
        Ok(builder.finish())
    }
}

/// The octet that stands behind a backslash.
fn unescape(rest: &mut &[u8]) -> Option<u8> {
    //= RFC 1035 5.1: \DDD, where each D is a digit, is the octet corresponding to the decimal number DDD
    if let [a @ b'0'..=b'9', tail @ ..] = *rest {
        let [b @ b'0'..=b'9', c @ b'0'..=b'9', tail @ ..] = tail else { return None };
        *rest = tail;
        let value = u32::from(a - b'0') * 100 + u32::from(b - b'0') * 10 + u32::from(c - b'0');
        return u8::try_from(value).ok();
    }
    let (&octet, tail) = rest.split_first()?;
    *rest = tail;
    Some(octet)
}

/// The text form without the final dot; `.` for the root.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        for (position, label) in self.labels().enumerate() {
            if position > 0 {
                f.write_str(".")?;
            }
            label.iter().try_for_each(|&octet| match octet {
                b'.' | b'\\' => write!(f, "\\{}", char::from(octet)),
                b'!'..=b'~' => write!(f, "{}", char::from(octet)),
                _ => write!(f, "\\{octet:03}"),
            })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

//= RFC 1035 2.3.3: all comparisons between character strings are done in a case-insensitive manner
impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        // Length octets are below 64 and are no letters.
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|octet| state.write_u8(octet.to_ascii_lowercase()));
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> Ordering {
        let (ours, theirs) = (LabelStarts::of(self), LabelStarts::of(other));
        let from_root = ours.backwards().zip(theirs.backwards());
        for (a, b) in from_root {
            let lower = |octet: &u8| octet.to_ascii_lowercase();
            let order = a.iter().map(lower).cmp(b.iter().map(lower));
            if order.is_ne() {
                return order;
            }
        }
        ours.count.cmp(&theirs.count)
    }
}

/// Where the labels of a name begin: the way to read it from the root.
struct LabelStarts<'a> {
    wire: &'a [u8],
    starts: [u8; MAX_LABELS + 1],
    count: usize,
}

impl<'a> LabelStarts<'a> {
    fn of(name: &'a Name) -> LabelStarts<'a> {
        let (mut starts, mut count) = ([0; MAX_LABELS + 1], 0);
        for at in name.label_starts() {
            starts[count] = u8::try_from(at).expect("a name has at most 255 octets");
            count += 1;
        }
        LabelStarts { wire: name.wire(), starts, count }
    }

    fn backwards(&self) -> impl Iterator<Item = &'a [u8]> {
        self.starts[..self.count].iter().rev().map(|&at| {
            let at = usize::from(at);
            &self.wire[at + 1..at + 1 + usize::from(self.wire[at])]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn names_compare_without_case_and_keep_it() {
        assert_eq!(name("Example.COM"), name("example.com."));
        assert_eq!(name("Example.COM").to_string(), "Example.COM");
        assert_ne!(name("example.com"), name("example.org"));
        assert_eq!(name(".").to_string(), ".");
        assert!(name(".").is_root());
    }

    #[test]
    fn limits_of_labels_and_names_hold() {
        let label = "a".repeat(63);
        assert!(label.parse::<Name>().is_ok());
        assert_eq!(format!("{label}a").parse::<Name>(), Err(NameError::LabelTooLong));
        // Three labels of 63 and one of 61 octets: 3·64 + 62 + 1 = 255.
        let longest = format!("{label}.{label}.{label}.{}", "b".repeat(61));
        assert_eq!(name(&longest).wire().len(), MAX_NAME_OCTETS);
        assert_eq!(format!("{longest}b").parse::<Name>(), Err(NameError::NameTooLong));
        assert_eq!("a..b".parse::<Name>(), Err(NameError::EmptyLabel));
        assert_eq!("".parse::<Name>(), Err(NameError::EmptyLabel));
        let most = vec![&b"x"[..]; MAX_LABELS];
        let deep = Name::from_labels(most).unwrap();
        assert_eq!(deep.labels().count(), MAX_LABELS);
        assert_eq!(deep.cmp(&deep.parent().unwrap()), Ordering::Greater);
    }

    #[test]
    fn escapes_are_read_and_written() {
        let odd = name(r"a\.b\032\\\255.example");
        assert_eq!(odd.labels().next(), Some(&b"a.b \\\xff"[..]));
        assert_eq!(odd.to_string(), r"a\.b\032\\\255.example");
        for bad in [r"a\", r"a\25", r"a\256"] {
            assert_eq!(bad.parse::<Name>(), Err(NameError::Escape), "{bad}");
        }
    }

    #[test]
    fn descent_respects_label_borders() {
        assert!(name("sip.example.com").is_within(&name("EXAMPLE.com")));
        assert!(name("example.com").is_within(&name("example.com")));
        assert!(name("example.com").is_within(&Name::root()));
        assert!(!name("badexample.com").is_within(&name("example.com")));
        assert!(!name("com").is_within(&name("example.com")));
        // "\007example" as the end of one label is not the label "example".
        assert!(!name(r"x\007example.com").is_within(&name("example.com")));
    }

    #[test]
    fn a_name_sorts_right_before_the_names_below_it() {
        let mut names =
            ["b.example", "z.example", "a.b.example", "example", "Z.B.example", "c.example", "."].map(name);
        names.sort();
        let sorted = names.map(|name| name.to_string());
        assert_eq!(
            sorted,
            [".", "example", "b.example", "a.b.example", "Z.B.example", "c.example", "z.example"]
        );
    }

    #[test]
    fn ancestors_end_at_the_root() {
        let chain: Vec<String> = name("a.b.c").ancestors().map(|name| name.to_string()).collect();
        assert_eq!(chain, ["a.b.c", "b.c", "c", "."]);
    }
}

//! Preferences between 0 and 1 (RFC 3261 25.1 `qvalue`).

use std::fmt;

use crate::message::compose::Compose;

/// A preference in thousandths, 0 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QValue(u16);

impl QValue {
    /// The highest preference; also that of a value without `q` in Accept and its kin (RFC 2616 14.1).
    pub const ONE: Self = Self(1000);
    /// The lowest preference.
    pub const ZERO: Self = Self(0);

    /// `thousandths` of one, `None` above 1000.
    #[must_use]
    pub const fn from_thousandths(thousandths: u16) -> Option<Self> {
        if thousandths <= 1000 { Some(Self(thousandths)) } else { None }
    }

    /// The preference that `text` spells, `None` when it breaks the grammar.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole: u16 = match whole {
            "0" => 0,
            "1" => 1000,
            _ => return None,
        };
        if fraction.len() > 3 || !fraction.bytes().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let thousandths =
            fraction.bytes().zip([100, 10, 1]).map(|(digit, unit)| u16::from(digit - b'0') * unit);
        Self::from_thousandths(whole + thousandths.sum::<u16>())
    }

    /// The preference in thousandths.
    #[must_use]
    pub const fn thousandths(self) -> u16 {
        self.0
    }
}

impl fmt::Display for QValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 1000, self.0 % 1000);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{fraction:03}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl Compose for QValue {
    fn compose(&self, out: &mut Vec<u8>) {
        crate::message::compose::display(self, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_reads_back() {
        for thousandths in 0..=1000 {
            let q = QValue::from_thousandths(thousandths).unwrap();
            assert_eq!(QValue::parse(&q.to_string()), Some(q));
        }
    }

    #[test]
    fn grammar_is_kept() {
        assert_eq!(QValue::parse("1.000"), Some(QValue::ONE));
        assert_eq!(QValue::parse("0."), Some(QValue::ZERO));
        assert_eq!(QValue::parse("0.33").map(QValue::thousandths), Some(330));
        for text in ["1.001", "2", "", ".5", "0.1234", "-0", "0,5"] {
            assert_eq!(QValue::parse(text), None, "{text}");
        }
    }
}

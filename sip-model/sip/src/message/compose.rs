//! Writing values as octets.

/// Something that can be written into a message.
///
/// Composers append to a caller's buffer and never fail, so a whole message is written with at most the
/// growth of one `Vec`.
pub trait Compose {
    /// Appends this value to `out` as it stands on the wire.
    fn compose(&self, out: &mut Vec<u8>);
}

impl<T: Compose + ?Sized> Compose for &T {
    fn compose(&self, out: &mut Vec<u8>) {
        (**self).compose(out);
    }
}

impl Compose for [u8] {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

impl Compose for str {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
}

impl Compose for String {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
}

impl Compose for u8 {
    fn compose(&self, out: &mut Vec<u8>) {
        decimal(u64::from(*self), out);
    }
}

impl Compose for u16 {
    fn compose(&self, out: &mut Vec<u8>) {
        decimal(u64::from(*self), out);
    }
}

impl Compose for u32 {
    fn compose(&self, out: &mut Vec<u8>) {
        decimal(u64::from(*self), out);
    }
}

impl Compose for u64 {
    fn compose(&self, out: &mut Vec<u8>) {
        decimal(*self, out);
    }
}

impl Compose for std::net::IpAddr {
    fn compose(&self, out: &mut Vec<u8>) {
        display(self, out);
    }
}

/// Appends `number` in decimal digits.
fn decimal(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// Appends what `Display` shows.
pub(crate) fn display(value: &dyn std::fmt::Display, out: &mut Vec<u8>) {
    use std::io::Write as _;
    write!(out, "{value}").expect("writing into a Vec does not fail");
}

/// Shows composed octets as text: what is no UTF-8 becomes the replacement character.
pub(crate) fn show(value: &dyn Compose, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    let mut out = Vec::new();
    value.compose(&mut out);
    f.write_str(&String::from_utf8_lossy(&out))
}

/// Implements `Display` for values whose text is what they compose.
macro_rules! display_as_composed {
    ($($value:ident),+ $(,)?) => {$(
        impl std::fmt::Display for $value<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::message::compose::show(self, f)
            }
        }
    )+};
}
pub(crate) use display_as_composed;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_without_leading_zeros() {
        let mut out = Vec::new();
        for number in [0u64, 7, 10, 70, u64::MAX] {
            number.compose(&mut out);
            out.push(b' ');
        }
        assert_eq!(out, b"0 7 10 70 18446744073709551615 ");
    }
}

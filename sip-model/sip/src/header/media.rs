//! What a body is, and which bodies are welcome: Content-* and Accept* (RFC 3261 20.1–20.3, 20.11–20.15, 20.24).

use super::param::Params;
use super::qvalue::QValue;
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::lex::{ascii, decimal};
use crate::message::name::HeaderName;

/// The media type of the body.
#[derive(Clone, Copy, Debug)]
pub struct ContentType<'a> {
    /// The type, such as `application`; compared without case.
    pub kind: &'a str,
    /// The subtype, such as `sdp`; compared without case.
    pub subtype: &'a str,
    /// The parameters, such as `boundary`.
    pub params: Params<'a>,
}

/// A range of media types that a response may have.
#[derive(Clone, Copy, Debug)]
pub struct Accept<'a> {
    /// The type or `*`.
    pub kind: &'a str,
    /// The subtype or `*`.
    pub subtype: &'a str,
    /// The parameters, `q` included.
    pub params: Params<'a>,
}

/// The number of octets of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentLength(pub u32);

/// How the body is to be understood: `session`, `render` and so on.
#[derive(Clone, Copy, Debug)]
pub struct ContentDisposition<'a> {
    /// The disposition type.
    pub kind: &'a str,
    /// The parameters, such as `handling`.
    pub params: Params<'a>,
}

/// One coding applied to the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentEncoding<'a>(pub &'a str);

/// One language of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentLanguage<'a>(pub &'a str);

/// A coding that a response may have.
#[derive(Clone, Copy, Debug)]
pub struct AcceptEncoding<'a> {
    /// The coding or `*`.
    pub coding: &'a str,
    /// The parameters, `q` included.
    pub params: Params<'a>,
}

/// A language that texts in a response may have.
#[derive(Clone, Copy, Debug)]
pub struct AcceptLanguage<'a> {
    /// The language range or `*`.
    pub range: &'a str,
    /// The parameters, `q` included.
    pub params: Params<'a>,
}

/// The version of MIME.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MimeVersion {
    /// The number before the point.
    pub major: u32,
    /// The number behind the point.
    pub minor: u32,
}

impl<'a> ContentType<'a> {
    /// `application/sdp`.
    pub const SDP: ContentType<'static> =
        ContentType { kind: "application", subtype: "sdp", params: Params::NONE };

    /// Whether this is `kind/subtype`, whatever the parameters.
    #[must_use]
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }
}

impl Accept<'_> {
    /// Whether a body of this type lies in the range; parameters other than `q` are not compared.
    #[must_use]
    pub fn includes(&self, media: &ContentType<'_>) -> bool {
        (self.kind == "*" || self.kind.eq_ignore_ascii_case(media.kind))
            && (self.subtype == "*" || self.subtype.eq_ignore_ascii_case(media.subtype))
    }

    /// The preference; 1 where none is given or where it breaks the grammar.
    #[must_use]
    pub fn q(&self) -> QValue {
        self.params.token("q").and_then(QValue::parse).unwrap_or(QValue::ONE)
    }
}

/// Reads `token SLASH token`.
fn read_media<'a>(cursor: &mut Cursor<'a>) -> Result<(&'a str, &'a str), ParseError> {
    let kind = cursor.token()?;
    cursor.separator(b'/')?;
    Ok((kind, cursor.token()?))
}

impl<'a> HeaderField<'a> for ContentType<'a> {
    const NAME: HeaderName = HeaderName::ContentType;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let (kind, subtype) = read_media(cursor)?;
        Ok(Self { kind, subtype, params: Params::read(cursor)? })
    }
}

impl<'a> HeaderField<'a> for Accept<'a> {
    const NAME: HeaderName = HeaderName::Accept;
    const SHAPE: Shape = Shape::EmptyableList;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let (kind, subtype) = read_media(cursor)?;
        if kind == "*" && subtype != "*" {
            return Err(cursor.fault_since(start));
        }
        Ok(Self { kind, subtype, params: Params::read(cursor)? })
    }
}

impl<'a> HeaderField<'a> for ContentLength {
    const NAME: HeaderName = HeaderName::ContentLength;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        cursor.small_number().map(Self)
    }
}

impl Compose for ContentLength {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl<'a> HeaderField<'a> for ContentDisposition<'a> {
    const NAME: HeaderName = HeaderName::ContentDisposition;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        Ok(Self { kind: cursor.token()?, params: Params::read(cursor)? })
    }
}

impl<'a> HeaderField<'a> for ContentEncoding<'a> {
    const NAME: HeaderName = HeaderName::ContentEncoding;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        cursor.token().map(Self)
    }
}

impl<'a> HeaderField<'a> for ContentLanguage<'a> {
    const NAME: HeaderName = HeaderName::ContentLanguage;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        read_language(cursor).map(Self)
    }
}

impl<'a> HeaderField<'a> for AcceptEncoding<'a> {
    const NAME: HeaderName = HeaderName::AcceptEncoding;
    const SHAPE: Shape = Shape::EmptyableList;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        Ok(Self { coding: cursor.token()?, params: Params::read(cursor)? })
    }
}

impl<'a> HeaderField<'a> for AcceptLanguage<'a> {
    const NAME: HeaderName = HeaderName::AcceptLanguage;
    const SHAPE: Shape = Shape::EmptyableList;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let range = if cursor.eat(b'*') { "*" } else { read_language(cursor)? };
        Ok(Self { range, params: Params::read(cursor)? })
    }
}

/// Reads `1*8ALPHA *( "-" 1*8ALPHA )`; digits are taken too, as RFC 5646 has them.
fn read_language<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, ParseError> {
    let start = cursor.pos();
    let text = ascii(cursor.take_while(|c| c.is_ascii_alphanumeric() || c == b'-'));
    let legal = text.split('-').all(|subtag| (1..=8).contains(&subtag.len()));
    if legal { Ok(text) } else { Err(cursor.fault(start)) }
}

impl<'a> HeaderField<'a> for MimeVersion {
    const NAME: HeaderName = HeaderName::MimeVersion;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let major = cursor.small_number()?;
        if !cursor.eat(b'.') {
            return Err(cursor.fault(start));
        }
        let minor = cursor.take_while(|c| c.is_ascii_digit());
        let minor = (!minor.is_empty()).then(|| decimal(minor)).flatten();
        Ok(Self { major, minor: minor.ok_or_else(|| cursor.fault(start))? })
    }
}

impl Compose for ContentType<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        compose_media(self.kind, self.subtype, &self.params, out);
    }
}

impl Compose for Accept<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        compose_media(self.kind, self.subtype, &self.params, out);
    }
}

fn compose_media(kind: &str, subtype: &str, params: &Params<'_>, out: &mut Vec<u8>) {
    kind.compose(out);
    out.push(b'/');
    subtype.compose(out);
    params.compose(out);
}

impl Compose for ContentDisposition<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.kind.compose(out);
        self.params.compose(out);
    }
}

impl Compose for ContentEncoding<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl Compose for ContentLanguage<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl Compose for AcceptEncoding<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.coding.compose(out);
        self.params.compose(out);
    }
}

impl Compose for AcceptLanguage<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.range.compose(out);
        self.params.compose(out);
    }
}

impl Compose for MimeVersion {
    fn compose(&self, out: &mut Vec<u8>) {
        self.major.compose(out);
        out.push(b'.');
        self.minor.compose(out);
    }
}

display_as_composed!(ContentType, Accept, ContentDisposition, ContentEncoding, ContentLanguage);
display_as_composed!(AcceptEncoding, AcceptLanguage);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn media_types_compare_without_case_and_keep_parameters() {
        let text = "multipart/Mixed;boundary=\"7a9cbec02ceef655\"";
        let media: ContentType<'_> = parse(text).unwrap();
        assert!(media.is("Multipart", "mixed"));
        assert_eq!(media.params.find("Boundary").unwrap().unwrap().raw(), b"7a9cbec02ceef655");
        assert_eq!(media.to_string(), text);
        for text in ["application", "application/", "/sdp", "application/sdp;", ""] {
            assert!(parse::<ContentType<'_>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ranges_include_types() {
        let range = |text| parse::<Accept<'_>>(text).unwrap().includes(&ContentType::SDP);
        assert!(range("*/*") && range("application/*;q=0.2") && range("Application/SDP;level=1"));
        assert!(!range("text/*"));
        assert!(parse::<Accept<'_>>("*/sdp").is_err());
        assert_eq!(parse::<Accept<'_>>("*/*;q=0.2").unwrap().q().thousandths(), 200);
    }

    #[test]
    fn languages_and_versions() {
        assert_eq!(parse("de-DE"), Ok(ContentLanguage("de-DE")));
        assert!(parse::<ContentLanguage<'_>>("de--DE").is_err());
        assert_eq!(parse::<AcceptLanguage<'_>>("*;q=0.1").unwrap().range, "*");
        assert_eq!(parse("1.0"), Ok(MimeVersion { major: 1, minor: 0 }));
        assert!(parse::<MimeVersion>("1.").is_err());
    }
}

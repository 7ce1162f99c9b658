//! A number inside the name of its unit, as RON writes a newtype variant.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, EnumAccess, VariantAccess, Visitor};

use crate::text::refuse;

/// One way to write a quantity.
#[derive(Debug)]
pub(super) struct Form {
    /// The name in front of the parenthesis.
    pub(super) name: &'static str,
    /// What stands behind the number on a plot's axis, with its space if it has one.
    pub(super) label: &'static str,
    /// A number in this unit is `number * times / per` base units: exact factors, one rounding.
    pub(super) times: f64,
    pub(super) per: f64,
}

/// A kind of quantity.
#[derive(Debug)]
pub(super) struct Kind {
    /// What an error calls it, with its article.
    pub(super) noun: &'static str,
    /// The name that stands for no number at all, such as `unlimited`.
    pub(super) bare: Option<&'static str>,
    /// The names of `forms` and the bare name.
    pub(super) names: &'static [&'static str],
    /// The ways to write it.
    pub(super) forms: &'static [Form],
    /// The same for people: each name with a typical number.
    pub(super) examples: &'static [&'static str],
    /// The least and the largest value, in base units.
    pub(super) range: [f64; 2],
    /// The range in words.
    pub(super) range_words: &'static str,
}

/// A quantity as it is written: finite, and inside the range of its kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) number: f64,
    pub(super) form: &'static Form,
}

impl Written {
    /// The quantity in base units.
    pub(super) fn base(self) -> f64 {
        self.number * self.form.times / self.form.per
    }

    /// What a plot shows, such as `20 ms`.
    pub(super) fn label(self) -> String {
        format!("{}{}", self.number, self.form.label)
    }

    /// `number` in the unit `name` of `kind`.
    ///
    /// # Errors
    /// The problem in words, when the number is outside the range.
    pub(super) fn new(kind: &'static Kind, form: &'static Form, number: f64) -> Result<Written, String> {
        let written = Written { number, form };
        let [low, high] = kind.range;
        if (low..=high).contains(&written.base()) {
            return Ok(written);
        }
        Err(format!("{} is outside the range of {}: {}", ron_number(number), kind.noun, kind.range_words))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        kind: &'static Kind,
        deserializer: D,
    ) -> Result<Written, D::Error> {
        Ok(Written::deserialize_or_bare(kind, deserializer)?.expect("this kind has no bare name"))
    }

    /// The quantity, `None` for the bare name of its kind.
    pub(super) fn deserialize_or_bare<'de, D: Deserializer<'de>>(
        kind: &'static Kind,
        deserializer: D,
    ) -> Result<Option<Written>, D::Error> {
        deserializer
            .deserialize_enum("", kind.names, WrittenVisitor(kind))
            .map_err(|error| or_forms(error, kind.noun, kind.examples))
    }
}

impl PartialEq for Written {
    fn eq(&self, other: &Written) -> bool {
        self.number == other.number && self.form.name == other.form.name
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.form.name, self.number)
    }
}

/// `error`, but with the forms of a quantity when all that it says is that no name stands there.
pub(crate) fn or_forms<E: de::Error>(error: E, noun: &str, examples: &[&str]) -> E {
    let said = error.to_string();
    // What `ron` says of a string, and of a number.
    let number = ron::Error::SuggestRawIdentifier(String::new()).to_string();
    let number = number.split('"').next().expect("a split yields a first part");
    if said == ron::Error::ExpectedIdentifier.to_string() || said.starts_with(number) {
        return refuse(format!("expected {noun} with its unit"), examples);
    }
    error
}

fn ron_number(number: f64) -> String {
    if number.is_nan() { "NaN".to_owned() } else { number.to_string() }
}

struct WrittenVisitor(&'static Kind);

impl<'de> Visitor<'de> for WrittenVisitor {
    type Value = Option<Written>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.noun)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Option<Written>, A::Error> {
        let kind = self.0;
        let (name, variant) = data.variant::<Name>()?;
        if kind.bare == Some(name.0.as_str()) {
            variant.unit_variant()?;
            return Ok(None);
        }
        let Some(form) = kind.forms.iter().find(|form| form.name == name.0) else {
            return Err(de::Error::unknown_variant(&name.0, kind.names));
        };
        let number = variant.newtype_variant::<f64>()?;
        Written::new(kind, form, number).map(Some).map_err(|problem| refuse(problem, kind.examples))
    }
}

struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        struct NameVisitor;
        impl Visitor<'_> for NameVisitor {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a unit")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Name, E> {
                Ok(Name(name.to_owned()))
            }
        }
        deserializer.deserialize_identifier(NameVisitor)
    }
}

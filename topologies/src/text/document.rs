//! A RON text with the name under which its user knows it.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use ron::error::{Error as RonError, SpannedError};
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;

use super::diagnostic::Diagnostic;
use super::outline::Outline;
use super::path::{PathError, splice};
use super::refusal;
use super::scan::{ScanError, ScanErrorKind};

/// Texts larger than this are refused.
pub const DOCUMENT_OCTETS_MAX: usize = 8 << 20;

/// A diagnostic lists at most this many names.
const LISTED_MAX: usize = 12;

/// A RON text and its name.
#[derive(Clone, Debug)]
pub struct Document {
    name: String,
    source: Arc<str>,
    outline: OnceLock<Result<Outline, ScanError>>,
}

impl Document {
    /// The text `source`, called `name` in diagnostics.
    pub fn new(name: impl Into<String>, source: impl Into<String>) -> Document {
        Document { name: name.into(), source: source.into().into(), outline: OnceLock::new() }
    }

    /// The name shown in diagnostics.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text as a value of type `T`. `Some(…)` may be left out, values nest at most 128 deep.
    ///
    /// Types refuse unknown fields by `#[serde(deny_unknown_fields)]`, and bad values by [`super::refuse`].
    ///
    /// # Errors
    /// The first mistake that `ron` or the type finds, or a text above [`DOCUMENT_OCTETS_MAX`].
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        self.check_size()?;
        options().from_str(&self.source).map_err(|error| self.explain(error))
    }

    /// Which octets are which value.
    ///
    /// # Errors
    /// When the text is not RON, or above [`DOCUMENT_OCTETS_MAX`].
    pub fn outline(&self) -> Result<&Outline, Diagnostic> {
        self.check_size()?;
        self.scanned().as_ref().map_err(|error| self.problem_at(error.at.clone(), error.kind.to_string()))
    }

    /// The octets of every value at `path`, in the order of the text.
    ///
    /// # Errors
    /// When a step leads nowhere: names what is there, and the nearest of it.
    pub fn locate(&self, path: &str) -> Result<Vec<Range<usize>>, Diagnostic> {
        let found = self.outline()?.locate(path).map_err(|error| self.explain_path(path, "", &error))?;
        Ok(found.into_iter().map(|value| value.span.clone()).collect())
    }

    /// The document, under the same name, with every value at `path` replaced by `value`; a struct that lacks the
    /// field of the last step gets it.
    ///
    /// # Errors
    /// When a step leads nowhere, or `value` is not exactly one RON value: that diagnostic is of the value, under the
    /// name of the path.
    pub fn splice(&self, path: &str, value: &str) -> Result<Document, Diagnostic> {
        self.check_size()?;
        let source =
            splice(&self.source, path, value).map_err(|error| self.explain_path(path, value, &error))?;
        Ok(Document::new(self.name.clone(), source))
    }

    /// The place of the value at `path`, or of the deepest value on the way to it when it was left to a default.
    pub fn at(&self, path: &str) -> Place<'_> {
        let span = match self.scanned() {
            Ok(outline) => outline.deepest(path).span.clone(),
            Err(_) => 0..0,
        };
        Place { document: self, span }
    }

    /// The diagnostic that says `problem` of the octets `span`.
    pub fn problem_at(&self, span: Range<usize>, problem: impl Into<String>) -> Diagnostic {
        Diagnostic::sharing(&self.name, Arc::clone(&self.source), span, problem)
    }

    fn check_size(&self) -> Result<(), Diagnostic> {
        if self.source.len() <= DOCUMENT_OCTETS_MAX {
            return Ok(());
        }
        Err(Diagnostic::of_file(&self.name, "the file is larger than 8 MiB"))
    }

    fn scanned(&self) -> &Result<Outline, ScanError> {
        self.outline.get_or_init(|| Outline::scan(&self.source))
    }

    fn explain_path(&self, path: &str, value: &str, error: &PathError) -> Diagnostic {
        let problem = format!("path `{path}`: {error}");
        match error {
            PathError::EmptyStep => Diagnostic::of_file(&self.name, problem),
            PathError::Missing { at, present, .. } => {
                let mut diagnostic = self.problem_at(at.start..at.start, problem);
                diagnostic.allowed.clone_from(present);
                diagnostic.suggestion = error.suggestion();
                diagnostic
            }
            PathError::Source(error) => self.problem_at(error.at.clone(), error.kind.to_string()),
            PathError::Value(error) => {
                Diagnostic::new(path, value.trim(), error.at.clone(), error.kind.to_string())
            }
        }
    }

    /// Turns the error of the typed parser into a diagnostic with the octets at fault.
    fn explain(&self, error: SpannedError) -> Diagnostic {
        let end = self.offset(error.span.end.line, error.span.end.col);
        if let Err(unclosed) = self.scanned()
            && unclosed.kind.is_unclosed()
        {
            return self.problem_at(unclosed.at.clone(), unclosed.kind.to_string());
        }
        match &error.code {
            RonError::NoSuchStructField { expected, found, .. } => self
                .problem_at(self.name_before(end, found), format!("unknown field `{found}`"))
                .allow(expected.iter().copied())
                .suggest(found, expected.iter().copied()),
            RonError::NoSuchEnumVariant { expected, found, .. } => self
                .problem_at(self.name_before(end, found), format!("unknown value `{found}`"))
                .allow(expected.iter().copied())
                .suggest(found, expected.iter().copied()),
            RonError::DuplicateStructField { field, .. } => {
                self.problem_at(self.name_before(end, field), format!("field `{field}` is given twice"))
            }
            RonError::MissingStructField { field, .. } => {
                self.problem_at(self.opening_around(end), format!("field `{field}` is missing"))
            }
            RonError::Message(message) => {
                let (problem, allowed) = refusal::unpack(message);
                self.problem_at(self.value_before(end), problem).allow(allowed)
            }
            RonError::InvalidValueForType { expected, found } => {
                self.problem_at(self.value_before(end), format!("expected {expected} but found {found}"))
            }
            RonError::IntegerOutOfBounds => {
                self.problem_at(self.value_before(end), "the number is out of the range of its type")
            }
            other => self.problem_at(self.value_from(end), wording(other)),
        }
    }

    /// The octet of a line and a character, both from 1.
    fn offset(&self, line: usize, column: usize) -> usize {
        let line_start: usize = self.source.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let rest = &self.source[line_start..];
        line_start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
    }

    /// The last `name` that ends at `end` or before.
    fn name_before(&self, end: usize, name: &str) -> Range<usize> {
        let at = self.source[..end].rfind(name);
        at.map_or(end..end, |at| at..at + name.len())
    }

    /// The value that begins at `end`, else the one that ends there or before the white space before it: `ron` stops
    /// in front of what is of another kind, and behind what the type refuses.
    fn value_before(&self, end: usize) -> Range<usize> {
        if let Ok(outline) = self.scanned()
            && outline.value_at(end).span.start == end
        {
            return outline.value_at(end).span.clone();
        }
        let end = self.source[..end].trim_end().len();
        self.scanned().as_ref().map_or(end..end, |outline| outline.value_at(end).span.clone())
    }

    /// The value that begins at `at`, else the one character that stands there.
    fn value_from(&self, at: usize) -> Range<usize> {
        let width = self.source[at..].chars().next().map_or(0, char::len_utf8);
        match self.scanned() {
            Ok(outline) if outline.value_at(at).span.start == at => outline.value_at(at).span.clone(),
            _ => at..at + width,
        }
    }

    /// The name and opening bracket of the struct around `at`.
    fn opening_around(&self, at: usize) -> Range<usize> {
        let Ok(outline) = self.scanned() else { return at..at };
        let span = outline.container_of(at).span.clone();
        let open = self.source[span.clone()].find('(').map_or(span.end, |open| span.start + open + 1);
        span.start..open
    }
}

/// A place in a document, to say what is wrong there.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    document: &'a Document,
    /// The octets of the value.
    pub span: Range<usize>,
}

impl Place<'_> {
    /// The diagnostic that says `problem` of this place.
    pub fn problem(&self, problem: impl Into<String>) -> Diagnostic {
        self.document.problem_at(self.span.clone(), problem)
    }

    /// The diagnostic that there is no `noun` called `name`: lists the candidates, or the first few of many, and
    /// proposes the nearest.
    pub fn unknown<'c>(
        &self,
        noun: &str,
        name: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Diagnostic {
        let candidates: Vec<&str> = candidates.into_iter().collect();
        let mut allowed: Vec<String> =
            candidates.iter().take(LISTED_MAX).map(|name| (*name).to_owned()).collect();
        if candidates.len() > LISTED_MAX {
            allowed.push(format!("… ({} in all)", candidates.len()));
        }
        self.problem(format!("unknown {noun} `{name}`")).allow(allowed).suggest(name, candidates)
    }

    /// The text of the value.
    pub fn text(&self) -> &str {
        &self.document.source[self.span.clone()]
    }
}

impl ScanErrorKind {
    fn is_unclosed(self) -> bool {
        matches!(
            self,
            ScanErrorKind::UnclosedBracket | ScanErrorKind::UnclosedComment | ScanErrorKind::UnclosedString
        )
    }
}

fn options() -> ron::Options {
    ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME)
}

fn wording(error: &RonError) -> String {
    match error {
        RonError::Eof => "the text ends too early".to_owned(),
        RonError::ExceededRecursionLimit => "values are nested too deep".to_owned(),
        RonError::ExpectedFloat | RonError::ExpectedInteger => "expected a number".to_owned(),
        RonError::ExpectedString => "expected a string in quotation marks".to_owned(),
        RonError::ExpectedMapColon => "expected a colon".to_owned(),
        RonError::ExpectedComma => "expected a comma or the closing bracket".to_owned(),
        RonError::ExpectedIdentifier | RonError::SuggestRawIdentifier(_) => "expected a name".to_owned(),
        RonError::TrailingCharacters => ScanErrorKind::Trailing.to_string(),
        other => {
            let text = other.to_string();
            let first = text.chars().next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
            first + text.get(1..).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests;

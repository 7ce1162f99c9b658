//! What is wrong with a text, where, what is allowed, and what was probably meant.

use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::sync::Arc;

/// A [`Diagnostics`] keeps this many; more are only counted.
pub const DIAGNOSTICS_MAX: usize = 25;

/// Lines longer than this many characters are shown in part.
const EXCERPT_CHARS: usize = 160;

/// One thing that is wrong with a text. Its fields are those of [`Finding`], kept in a box because it travels as an
/// error.
///
/// `Display` writes `file:line:column: problem`, the line with carets, the allowed values, the nearest name and the
/// notes, each on a line of its own and without a final line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic(Box<Finding>);

/// What a [`Diagnostic`] says.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// The name of the text, as the user gave it.
    pub file: String,
    /// The text; empty when it could not be read.
    pub source: Arc<str>,
    /// The octets at fault. Empty when something is missing at a place.
    pub span: Range<usize>,
    /// The line of the first octet at fault, from 1.
    pub line: usize,
    /// The character within the line, from 1.
    pub column: usize,
    /// What is wrong: lower case, no full stop.
    pub problem: String,
    /// What would be accepted, empty when that cannot be listed.
    pub allowed: Vec<String>,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
    /// Further remarks.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// That `problem` lies at the octets `span` of `source`, which the user knows as `file`.
    ///
    /// A span outside the text is moved to its end.
    pub fn new(file: &str, source: &str, span: Range<usize>, problem: impl Into<String>) -> Diagnostic {
        Diagnostic::sharing(file, source.into(), span, problem)
    }

    /// [`Diagnostic::new`] without a copy of the text.
    pub(super) fn sharing(
        file: &str,
        source: Arc<str>,
        span: Range<usize>,
        problem: impl Into<String>,
    ) -> Diagnostic {
        let start = floor_char(&source, span.start.min(source.len()));
        let end = floor_char(&source, span.end.clamp(start, source.len()));
        let line_start = line_start(&source, start);
        Diagnostic(Box::new(Finding {
            file: file.to_owned(),
            span: start..end,
            line: 1 + source[..start].matches('\n').count(),
            column: 1 + source[line_start..start].chars().count(),
            problem: problem.into(),
            allowed: Vec::new(),
            suggestion: None,
            notes: Vec::new(),
            source,
        }))
    }

    /// A problem with a whole text, of which no line can be shown: it cannot be read, or is too large.
    pub fn of_file(file: &str, problem: impl Into<String>) -> Diagnostic {
        Diagnostic::new(file, "", 0..0, problem)
    }

    /// The same, with `allowed` as what would be accepted.
    #[must_use]
    pub fn allow<S: Into<String>>(mut self, allowed: impl IntoIterator<Item = S>) -> Diagnostic {
        self.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }

    /// The same, proposing the candidate that is nearest to `name`, if one is near.
    #[must_use]
    pub fn suggest<'a>(mut self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        self.suggestion = nearest(name, candidates);
        self
    }

    /// The same, with one more remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }
}

impl Deref for Diagnostic {
    type Target = Finding;

    fn deref(&self) -> &Finding {
        &self.0
    }
}

impl DerefMut for Diagnostic {
    fn deref_mut(&mut self) -> &mut Finding {
        &mut self.0
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.problem)?;
        Excerpt::of(self).write(self.line, f)?;
        if !self.allowed.is_empty() {
            write!(f, "\n  = allowed: {}", self.allowed.join(", "))?;
        }
        if let Some(name) = &self.suggestion {
            write!(f, "\n  = did you mean `{name}`?")?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "\n  = note: {note}"))
    }
}

impl std::error::Error for Diagnostic {}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = (&self.file, self.line, self.column);
        f.debug_struct("Finding")
            .field("place", &place)
            .field("problem", &self.problem)
            .field("allowed", &self.allowed)
            .field("suggestion", &self.suggestion)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

/// The line at fault and where its carets stand.
struct Excerpt {
    text: String,
    caret: usize,
    carets: usize,
}

impl Excerpt {
    fn of(finding: &Finding) -> Excerpt {
        let (source, span) = (&finding.source, &finding.span);
        let line_start = line_start(source, span.start);
        let line = source[line_start..].lines().next().unwrap_or_default();
        let caret = finding.column - 1;
        let inside = &source[span.start..span.end.min(line_start + line.len()).max(span.start)];
        let fits = line.chars().count() <= EXCERPT_CHARS;
        let skipped = if fits { 0 } else { caret.saturating_sub(EXCERPT_CHARS / 2) };
        let text: String = line.chars().skip(skipped).take(EXCERPT_CHARS).collect();
        let room = text.chars().count().saturating_sub(caret - skipped).max(1);
        // A tab would take another width above the caret than beside it.
        Excerpt {
            text: text.replace('\t', " "),
            caret: caret - skipped,
            carets: inside.chars().count().clamp(1, room),
        }
    }

    fn write(&self, line: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() {
            return Ok(());
        }
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        write!(f, "\n{number} | {}", self.text.trim_end())?;
        write!(f, "\n{margin} | {}{}", " ".repeat(self.caret), "^".repeat(self.carets))
    }
}

/// All that is wrong with one or several texts, in the order found.
///
/// Keeps at most [`DIAGNOSTICS_MAX`] and counts the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    omitted: usize,
}

impl Diagnostics {
    /// Nothing wrong so far.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.list.len() < DIAGNOSTICS_MAX {
            self.list.push(diagnostic);
        } else {
            self.omitted += 1;
        }
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: Diagnostics) {
        self.omitted += other.omitted;
        other.list.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether more would only be counted: a check that has found so many can stop.
    pub fn is_full(&self) -> bool {
        self.list.len() == DIAGNOSTICS_MAX
    }

    /// How many there are, those only counted included.
    pub fn len(&self) -> usize {
        self.list.len() + self.omitted
    }

    /// Those kept, in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// `value` when nothing is wrong.
    ///
    /// # Errors
    /// These diagnostics, when there are any.
    pub fn into_result<T>(self, value: T) -> Result<T, Diagnostics> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Diagnostics {
        Diagnostics { list: vec![diagnostic], omitted: 0 }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.list.iter().enumerate() {
            write!(f, "{}{diagnostic}", if i == 0 { "" } else { "\n\n" })?;
        }
        if self.omitted > 0 {
            write!(f, "\n\nand {} more", self.omitted)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The longest name for which a near one is looked for, in octets.
const NAME_MAX: usize = 256;

/// The candidate nearest to `name`, if one is near enough to have been meant: at most a third of its characters and
/// one more differ. Upper and lower case count as the same; of equally near ones, the first. Nobody meant anything by a
/// name of more than 256 octets: there is none near it.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if name.len() > NAME_MAX {
        return None;
    }
    let wanted = name.to_lowercase();
    let within = 1 + wanted.chars().count() / 3;
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= within && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate.to_owned())
}

fn line_start(source: &str, at: usize) -> usize {
    source[..at].rfind('\n').map_or(0, |line_end| line_end + 1)
}

fn floor_char(source: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests;

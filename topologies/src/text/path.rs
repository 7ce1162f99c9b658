//! Finding and replacing the value at a path.
//!
//! A path is a list of steps with dots between them: the name of a field or map key, a position from 0, or `*` for
//! every element. Steps pass through the names of enum variants, through `Some(…)` and through a variant that wraps
//! a single value, so `workload.calls.per_subscriber` leads into `calls: demands(per_subscriber: per_h(4))`.

use std::fmt;
use std::ops::Range;

use super::diagnostic::nearest;
use super::outline::{Outline, Shape, Value};
use super::scan::ScanError;

/// Why a path leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathError {
    /// A step of the path has no text.
    EmptyStep,
    /// The value at `at` has nothing called `step`.
    Missing {
        /// The step that failed.
        step: String,
        /// The deepest value that was reached.
        at: Range<usize>,
        /// What that value does have.
        present: Vec<String>,
    },
    /// The new value is not one RON value.
    Value(ScanError),
    /// The text that is searched is not RON.
    Source(ScanError),
}

impl PathError {
    /// The name that was probably meant instead of the failed step.
    pub fn suggestion(&self) -> Option<String> {
        match self {
            PathError::Missing { step, present, .. } => nearest(step, present.iter().map(String::as_str)),
            PathError::EmptyStep | PathError::Value(_) | PathError::Source(_) => None,
        }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathError::EmptyStep => f.write_str("a path is a list of names with one dot between two of them"),
            PathError::Missing { step, .. } if step == "*" => f.write_str("`*` matches nothing here"),
            PathError::Missing { step, .. } => write!(f, "there is no `{step}` here"),
            PathError::Value(error) => write!(f, "the new value is not valid: {}", error.kind),
            PathError::Source(error) => error.kind.fmt(f),
        }
    }
}

impl std::error::Error for PathError {}

/// The octets of every value of `source` at `path`, in the order of the text.
///
/// # Errors
/// When a step leads nowhere, or `source` is not RON.
pub fn locate(source: &str, path: &str) -> Result<Vec<Range<usize>>, PathError> {
    let outline = Outline::scan(source).map_err(PathError::Source)?;
    Ok(outline.locate(path)?.into_iter().map(|value| value.span.clone()).collect())
}

/// `source` with every value at `path` replaced by `value`. A struct that lacks the field of the last step gets it.
///
/// # Errors
/// When a step leads nowhere, `value` is not exactly one RON value, or `source` is not RON.
pub fn splice(source: &str, path: &str, value: &str) -> Result<String, PathError> {
    let value = value.trim();
    Outline::scan_part(value).map_err(PathError::Value)?;
    // A comment up to the end of the line would swallow what follows the value.
    let value = if value.contains("//") { format!("{value}\n") } else { value.to_owned() };
    let outline = Outline::scan(source).map_err(PathError::Source)?;
    let mut text = source.to_owned();
    for edit in outline.edits(path, &value)?.into_iter().rev() {
        text.replace_range(edit.span, &edit.text);
    }
    Ok(text)
}

struct Edit {
    span: Range<usize>,
    text: String,
}

impl Outline {
    /// The values at `path`, in the order of the text.
    ///
    /// # Errors
    /// When a step leads nowhere.
    pub fn locate(&self, path: &str) -> Result<Vec<&Value>, PathError> {
        let mut found = vec![&self.root];
        for step in steps(path)? {
            let mut next = Vec::new();
            for value in found {
                next.extend(value.step(step).ok_or_else(|| value.missing(step))?);
            }
            found = next;
        }
        Ok(found)
    }

    /// The value at `path`, or the deepest one on the way to it.
    pub fn deepest(&self, path: &str) -> &Value {
        let mut value = &self.root;
        for step in path.split('.') {
            match value.step(step).and_then(|found| found.into_iter().next()) {
                Some(found) => value = found,
                None => break,
            }
        }
        value
    }

    fn edits(&self, path: &str, text: &str) -> Result<Vec<Edit>, PathError> {
        let (parent, last) = match path.rsplit_once('.') {
            Some((parent, last)) => (self.locate(parent)?, last),
            None => (vec![&self.root], path),
        };
        if last.is_empty() {
            return Err(PathError::EmptyStep);
        }
        let mut edits = Vec::new();
        for value in parent {
            match value.step(last) {
                Some(found) => edits
                    .extend(found.into_iter().map(|v| Edit { span: v.span.clone(), text: text.to_owned() })),
                None => edits.push(value.insertion(last, text).ok_or_else(|| value.missing(last))?),
            }
        }
        Ok(edits)
    }
}

impl Value {
    /// Where `step` leads from here; `None` when nowhere.
    fn step(&self, step: &str) -> Option<Vec<&Value>> {
        let place = step.parse::<usize>().ok();
        let found: Vec<&Value> = match &self.shape {
            Shape::Atom => Vec::new(),
            Shape::Fields(fields) if step == "*" => fields.iter().map(|f| &f.value).collect(),
            Shape::Fields(fields) => fields.iter().filter(|f| f.name == step).map(|f| &f.value).collect(),
            Shape::Entries(entries) => {
                entries.iter().filter(|e| step == "*" || e.name == step).map(|e| &e.value).collect()
            }
            Shape::List(items) | Shape::Tuple(items) if step == "*" => items.iter().collect(),
            Shape::List(items) | Shape::Tuple(items) => {
                place.and_then(|place| items.get(place)).into_iter().collect()
            }
        };
        match &self.shape {
            _ if !found.is_empty() => Some(found),
            // `Some(…)` and a variant that wraps one value are no step of their own.
            Shape::Tuple(items) if items.len() == 1 => items[0].step(step),
            _ => None,
        }
    }

    fn missing(&self, step: &str) -> PathError {
        PathError::Missing { step: step.to_owned(), at: self.span.clone(), present: self.present() }
    }

    fn present(&self) -> Vec<String> {
        match &self.shape {
            Shape::Atom => Vec::new(),
            Shape::Entries(entries) => entries.iter().map(|entry| entry.name.clone()).collect(),
            Shape::Fields(fields) => fields.iter().map(|field| field.name.clone()).collect(),
            Shape::Tuple(items) if items.len() == 1 => items[0].present(),
            Shape::List(items) | Shape::Tuple(items) => match items.len() {
                0 => Vec::new(),
                1 => vec!["0".to_owned()],
                n => vec!["*".to_owned(), format!("0 to {}", n - 1)],
            },
        }
    }

    /// The edit that gives this struct a field called `name`; `None` when this is no struct or `name` no name.
    fn insertion(&self, name: &str, text: &str) -> Option<Edit> {
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        match &self.shape {
            Shape::Fields(fields) if is_name => {
                let end = fields.last().map_or(self.span.end - 1, |field| field.value.span.end);
                Some(Edit { span: end..end, text: format!(", {name}: {text}") })
            }
            Shape::Tuple(items) if is_name && items.is_empty() => {
                let end = self.span.end - 1;
                Some(Edit { span: end..end, text: format!("{name}: {text}") })
            }
            Shape::Tuple(items) if items.len() == 1 => items[0].insertion(name, text),
            Shape::Atom | Shape::Entries(_) | Shape::Fields(_) | Shape::List(_) | Shape::Tuple(_) => None,
        }
    }
}

fn steps(path: &str) -> Result<Vec<&str>, PathError> {
    let steps: Vec<&str> = path.split('.').map(str::trim).collect();
    if steps.iter().any(|step| step.is_empty()) { Err(PathError::EmptyStep) } else { Ok(steps) }
}

#[cfg(test)]
mod tests;

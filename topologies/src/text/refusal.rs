//! How a typed value says to the text layer what it would have accepted.
//!
//! serde passes errors on as text only. A refusal writes the allowed forms behind a separator that no message
//! contains, and the document takes them apart again when it makes a diagnostic.

use serde::de::Error;

const SEPARATOR: char = '\u{1f}';

/// The error of a `Deserialize` implementation that refuses a value: what is wrong, and each form that is allowed.
///
/// [`super::Document::parse`] shows `allowed` as the list of allowed values of its diagnostic.
pub fn refuse<E: Error>(problem: impl AsRef<str>, allowed: &[&str]) -> E {
    let mut text = problem.as_ref().to_owned();
    for form in allowed {
        text.push(SEPARATOR);
        text.push_str(form);
    }
    E::custom(text)
}

/// The problem and the allowed forms of a message that [`refuse`] may have written.
pub(super) fn unpack(message: &str) -> (String, Vec<String>) {
    let mut parts = message.split(SEPARATOR).map(str::to_owned);
    (parts.next().unwrap_or_default(), parts.collect())
}

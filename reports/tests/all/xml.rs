//! A check that a document is well formed: tags close in order, attributes are quoted, entities are known.

/// The names of the elements of `document` in the order of their opening.
///
/// # Panics
/// When the document is not well-formed XML.
pub(crate) fn elements(document: &str) -> Vec<String> {
    let (mut open, mut all) = (Vec::new(), Vec::new());
    let mut rest = document;
    while let Some(at) = rest.find('<') {
        check_text(&rest[..at]);
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "tags close in order");
        } else {
            let name = tag.trim_end_matches('/').split([' ', '\n']).next().unwrap_or("").to_owned();
            check_attributes(tag[name.len()..].trim_end_matches('/'));
            all.push(name.clone());
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "left open: {open:?}");
    all
}

fn check_attributes(text: &str) {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("no value: {rest}"));
        assert!(name.trim().chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "attribute {name}");
        let (value, after) = value.split_once('"').expect("a value ends");
        check_text(value);
        rest = after.trim();
    }
}

fn check_text(text: &str) {
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "control character in {text:?}");
    for entity in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;", "apos;", "#39;"];
        assert!(known.iter().any(|name| entity.starts_with(name)), "entity in {text:?}");
    }
}

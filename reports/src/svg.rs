//! Writing SVG by hand, where plotters has no words for it: maps and ladders.

use std::fmt::{Display, Write};

/// A drawing under the pen. Elements close in the reverse order of their opening.
#[derive(Debug)]
pub(crate) struct Svg {
    out: String,
    open: Vec<&'static str>,
}

impl Svg {
    /// A drawing of `width` by `height` pixels with `name` for screen readers.
    pub(crate) fn new(width: f64, height: f64, name: &str) -> Svg {
        let mut svg = Svg { out: String::new(), open: Vec::new() };
        let view_box = format!("0 0 {} {}", Number(width), Number(height));
        svg.begin(
            "svg",
            &[
                ("xmlns", &"http://www.w3.org/2000/svg"),
                ("viewBox", &view_box),
                ("width", &Number(width)),
                ("height", &Number(height)),
                ("role", &"img"),
                ("font-family", &"sans-serif"),
                ("font-size", &12),
            ],
        );
        svg.title(name);
        svg
    }

    /// Opens an element.
    pub(crate) fn begin(&mut self, tag: &'static str, attributes: &[(&str, &dyn Display)]) {
        self.tag(tag, attributes);
        self.out.push_str(">\n");
        self.open.push(tag);
    }

    /// Closes the element opened last.
    pub(crate) fn end(&mut self) {
        if let Some(tag) = self.open.pop() {
            let _ = writeln!(self.out, "</{tag}>");
        }
    }

    /// An element without content.
    pub(crate) fn element(&mut self, tag: &'static str, attributes: &[(&str, &dyn Display)]) {
        self.tag(tag, attributes);
        self.out.push_str("/>\n");
    }

    /// An element that holds `text`.
    pub(crate) fn text_element(
        &mut self,
        tag: &'static str,
        attributes: &[(&str, &dyn Display)],
        text: &str,
    ) {
        self.tag(tag, attributes);
        let _ = writeln!(self.out, ">{}</{tag}>", escaped(text));
    }

    /// What a pointer that rests on the open element is told.
    pub(crate) fn title(&mut self, text: &str) {
        self.text_element("title", &[], text);
    }

    /// The finished drawing.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.out
    }

    fn tag(&mut self, tag: &'static str, attributes: &[(&str, &dyn Display)]) {
        let _ = write!(self.out, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"{}\"", escaped(&value.to_string()));
        }
    }
}

/// A coordinate: at most two decimals, none that are zero; what is no number stands at zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

impl Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = if self.0.is_finite() { self.0 } else { 0.0 };
        let text = format!("{value:.2}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        f.write_str(if text == "-0" { "0" } else { text })
    }
}

/// `text` as it may stand in content and attributes. Control characters, which XML forbids, become spaces.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_close_in_order_and_text_is_escaped() {
        let mut svg = Svg::new(10.0, 20.5, "a <b>");
        svg.begin("g", &[("class", &"x\"y")]);
        svg.text_element("text", &[("x", &Number(1.0))], "1 < 2 & 3\u{0}");
        assert_eq!(
            svg.finish(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 20.5\" width=\"10\" height=\"20.5\" \
             role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n<title>a &lt;b&gt;</title>\n\
             <g class=\"x&quot;y\">\n<text x=\"1\">1 &lt; 2 &amp; 3 </text>\n</g>\n</svg>\n"
        );
    }

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        assert_eq!(Number(1.005).to_string(), "1");
        assert_eq!(Number(-0.001).to_string(), "0");
        assert_eq!(Number(f64::NAN).to_string(), "0");
        assert_eq!(Number(12.345).to_string(), "12.35");
    }
}

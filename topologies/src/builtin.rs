//! The topologies that ship with siplab.

use crate::text::Document;

/// A topology that is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its name, without `.ron`.
    pub name: &'static str,
    /// What it is, in a line.
    pub summary: &'static str,
    source: &'static str,
}

impl Builtin {
    /// Its text, under the name `NAME.ron`.
    pub fn document(&self) -> Document {
        Document::new(format!("{}.ron", self.name), self.source)
    }
}

/// All topologies that are built in, in the order of their names.
pub fn builtins() -> &'static [Builtin] {
    &BUILTINS
}

/// The text of the built-in topology called `name`, with or without `.ron`.
pub fn builtin(name: &str) -> Option<Document> {
    let name = name.strip_suffix(".ron").unwrap_or(name);
    BUILTINS.iter().find(|builtin| builtin.name == name).map(Builtin::document)
}

const BUILTINS: [Builtin; 2] = [
    Builtin {
        name: "germany50",
        summary: "50 German cities, 88 links, 662 demands (SNDlib)",
        source: include_str!("../germany50.ron"),
    },
    Builtin {
        name: "two-hosts",
        summary: "two hosts and a link of 10 ms between them",
        source: include_str!("../two-hosts.ron"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Topology;
    use crate::text::NoFiles;

    #[test]
    fn every_builtin_loads_under_its_own_name() {
        for builtin in builtins() {
            let topology = Topology::load(&builtin.document(), &NoFiles).unwrap();
            assert_eq!(topology.name, builtin.name);
            assert!(!topology.source.is_empty(), "{}", builtin.name);
        }
        assert!(builtins().is_sorted_by_key(|builtin| builtin.name));
    }

    #[test]
    fn a_builtin_is_found_with_and_without_its_extension() {
        assert!(builtin("germany50").is_some());
        assert_eq!(builtin("germany50.ron").unwrap().name(), "germany50.ron");
        assert!(builtin("germany51").is_none());
    }
}

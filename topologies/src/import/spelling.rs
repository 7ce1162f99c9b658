//! Names that publication in ASCII has bent.

/// How the names of nodes are spelt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// Cities whose ASCII spelling is unmistakable get their own back: `Koeln` becomes `Köln`. A digraph alone is no
    /// sign, as `Goethe` and `Soest` show, so only names of a table change.
    #[default]
    Native,
    /// As published.
    Published,
}

impl Spelling {
    /// The name of the node that is published as `name`.
    pub(super) fn of(self, name: &str) -> &str {
        let native = match self {
            Spelling::Native => CITIES.binary_search_by_key(&name, |(ascii, _)| ascii).ok(),
            Spelling::Published => None,
        };
        native.map_or(name, |place| CITIES[place].1)
    }
}

/// Cities of Germany, Austria and Switzerland, in the order of their ASCII spelling.
const CITIES: [(&str, &str); 29] = [
    ("Boeblingen", "Böblingen"),
    ("Dueren", "Düren"),
    ("Duesseldorf", "Düsseldorf"),
    ("Fuerth", "Fürth"),
    ("Giessen", "Gießen"),
    ("Goeppingen", "Göppingen"),
    ("Goerlitz", "Görlitz"),
    ("Goettingen", "Göttingen"),
    ("Guetersloh", "Gütersloh"),
    ("Koeln", "Köln"),
    ("Koethen", "Köthen"),
    ("Loerrach", "Lörrach"),
    ("Luebeck", "Lübeck"),
    ("Luedenscheid", "Lüdenscheid"),
    ("Lueneburg", "Lüneburg"),
    ("Moenchengladbach", "Mönchengladbach"),
    ("Muehlhausen", "Mühlhausen"),
    ("Muelheim", "Mülheim"),
    ("Muenchen", "München"),
    ("Muenster", "Münster"),
    ("Neumuenster", "Neumünster"),
    ("Nuernberg", "Nürnberg"),
    ("Osnabrueck", "Osnabrück"),
    ("Ruesselsheim", "Rüsselsheim"),
    ("Saarbruecken", "Saarbrücken"),
    ("St. Poelten", "St. Pölten"),
    ("Tuebingen", "Tübingen"),
    ("Wuerzburg", "Würzburg"),
    ("Zuerich", "Zürich"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::domain_label;

    #[test]
    fn every_restored_name_keeps_the_domain_label_of_the_published_one() {
        for (ascii, native) in CITIES {
            assert_eq!(domain_label(native), domain_label(ascii));
            assert!(!native.is_ascii(), "{native}");
        }
        assert!(CITIES.is_sorted(), "looked up by binary search");
    }

    #[test]
    fn a_genuine_digraph_stays() {
        for name in ["Aachen", "Soest", "Kaiserslautern", "Neuss", "Essen", "Trier"] {
            assert_eq!(Spelling::Native.of(name), name);
        }
        assert_eq!(Spelling::Native.of("Koeln"), "Köln");
        assert_eq!(Spelling::Published.of("Koeln"), "Koeln");
    }
}

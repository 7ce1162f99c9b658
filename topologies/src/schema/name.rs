//! The domain label of a node.

/// The longest label of a domain name, in octets.
//= RFC 1035 2.3.4: labels are 63 octets or less
pub const LABEL_OCTETS_MAX: usize = 63;

/// The label that stands for `name` in domain names such as `koeln.example`.
///
/// Lower case; ä, ö, ü and ß become ae, oe, ue and ss, å becomes aa, æ and ø become ae and oe, other accented Latin
/// letters lose their accent; each run of anything else becomes one hyphen, none at the ends. Empty when nothing is
/// left, as of a name in another script.
pub fn domain_label(name: &str) -> String {
    let mut label = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        let spelling = spelling(c);
        if !spelling.is_empty() {
            label.push_str(spelling);
        } else if c.is_ascii_alphanumeric() {
            label.push(c);
        } else if !label.is_empty() && !label.ends_with('-') {
            label.push('-');
        }
    }
    label.truncate(label.trim_end_matches('-').len());
    label
}

fn spelling(c: char) -> &'static str {
    match c {
        'ä' | 'æ' => "ae",
        'ö' | 'ø' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'å' => "aa",
        'à' | 'á' | 'â' | 'ã' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ť' => "t",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn umlauts_of_a_city_become_the_digraphs_of_its_domain() {
        for (name, label) in [
            ("Köln", "koeln"),
            ("Gießen", "giessen"),
            ("Zürich", "zuerich"),
            ("Ülzen", "uelzen"),
            ("Århus", "aarhus"),
            ("Orléans", "orleans"),
            ("Aachen", "aachen"),
        ] {
            assert_eq!(domain_label(name), label);
        }
    }

    #[test]
    fn whatever_a_domain_cannot_hold_becomes_one_hyphen_inside_the_label() {
        assert_eq!(domain_label("Frankfurt (Oder)"), "frankfurt-oder");
        assert_eq!(domain_label("at1.at"), "at1-at");
        assert_eq!(domain_label("--a__b--"), "a-b");
        assert_eq!(domain_label("東京"), "");
    }
}

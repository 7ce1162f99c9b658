//! The domains that a server is responsible for.

use std::collections::BTreeSet;

use crate::uri::Host;

/// A set of domains, compared without case; addresses are given as text, IPv6 in brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domains(BTreeSet<Box<str>>);

impl Domains {
    /// These domains and `domain`.
    #[must_use]
    pub fn with(self, domain: &str) -> Domains {
        let all = self.iter().map(str::to_owned).chain([domain.to_owned()]).collect::<Vec<_>>();
        all.iter().collect()
    }

    /// Whether `host` is one of the domains. A dot at the end makes no difference (RFC 1034 3.1).
    #[must_use]
    pub fn contain(&self, host: &Host<'_>) -> bool {
        match host {
            Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                if name.bytes().any(|octet| octet.is_ascii_uppercase()) {
                    return self.0.contains(name.to_ascii_lowercase().as_str());
                }
                self.0.contains(name)
            }
            Host::V4(_) | Host::V6(_) => self.0.contains(host.to_string().as_str()),
        }
    }

    /// The domains in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl<T: AsRef<str>> FromIterator<T> for Domains {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Domains {
        let plain = |name: T| {
            let name = name.as_ref();
            name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase().into_boxed_str()
        };
        Domains(names.into_iter().map(plain).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_found_in_any_case_and_with_a_final_dot() {
        let domains: Domains = ["Koeln.example", "192.0.2.1"].into_iter().collect();
        for (host, served) in [
            ("koeln.example", true),
            ("KOELN.Example", true),
            ("koeln.example.", true),
            ("sub.koeln.example", false),
            ("192.0.2.1", true),
            ("192.0.2.2", false),
        ] {
            assert_eq!(domains.contain(&Host::parse(host).unwrap()), served, "{host}");
        }
    }
}

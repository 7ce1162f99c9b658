//! When two URIs are the same (RFC 3261 19.1.4).

use super::escape::{same, same_ignoring_case};
use super::param::{UriHeaders, UriParams};
use super::sip::SipUri;
use super::{OtherUri, Uri};

impl Uri<'_> {
    /// Whether both name the same resource, by the rules of their scheme.
    ///
    /// Not transitive for SIP URIs. URIs of unknown schemes are equal when the scheme is, without case, and
    /// the rest is, octet by octet (RFC 3986 6.2.1).
    #[must_use]
    pub fn is_equivalent(&self, other: &Uri<'_>) -> bool {
        match (self, other) {
            (Uri::Sip(a), Uri::Sip(b)) => a.is_equivalent(b),
            (Uri::Tel(a), Uri::Tel(b)) => a.is_equivalent(b),
            (Uri::Other(a), Uri::Other(b)) => a.is_equivalent(b),
            (Uri::Sip(_) | Uri::Tel(_) | Uri::Other(_), _) => false,
        }
    }
}

impl OtherUri<'_> {
    fn is_equivalent(&self, other: &OtherUri<'_>) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme) && self.opaque == other.opaque
    }
}

impl SipUri<'_> {
    /// Whether both name the same resource (RFC 3261 19.1.4). Not transitive.
    #[must_use]
    pub fn is_equivalent(&self, other: &SipUri<'_>) -> bool {
        //= RFC 3261 19.1.4: a SIP and SIPS URI are never equivalent
        self.scheme == other.scheme
            //= RFC 3261 19.1.4: comparison of the userinfo of SIP and SIPS URIs is case-sensitive
            && same_option(self.user, other.user, same)
            && same_option(self.password, other.password, same)
            && self.host_port == other.host_port
            && params_agree(self.params, other.params)
            && params_agree(other.params, self.params)
            && headers_agree(self.headers, other.headers)
            && headers_agree(other.headers, self.headers)
    }
}

fn same_option(a: Option<&str>, b: Option<&str>, same: fn(&str, &str) -> bool) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Whether `b` contradicts none of the parameters of `a`. Of a parameter that is repeated, which RFC 3261 19.1.1 forbids,
/// the first counts, so that a URI is always equivalent to itself.
fn params_agree(a: UriParams<'_>, b: UriParams<'_>) -> bool {
    a.iter().all(|(name, _)| match b.find(name) {
        //= RFC 3261 19.1.4: any uri-parameter appearing in both URIs must match
        Some(found) => same_option(a.find(name).flatten(), found, same_ignoring_case),
        None => !must_be_in_both(name),
    })
}

/// Whether a parameter in one URI alone makes the two differ.
fn must_be_in_both(name: &str) -> bool {
    //= RFC 3261 19.1.4: a user, ttl, or method uri-parameter appearing in only one URI never matches
    //= RFC 3261 19.1.4: a URI that includes an maddr parameter will not match a URI that contains no maddr
    //= RFC 3261 19.1.4: the same is true for the transport-parameter, ttl-parameter, user-parameter, and method
    ["user", "ttl", "method", "maddr", "transport"].into_iter().any(|known| same_ignoring_case(name, known))
}

/// Whether each header component of `a` stands in `b` as often, with a value that matches.
///
/// Values are compared without case, as RFC 3261 7.3.1 has it for header field values in general.
fn headers_agree(a: UriHeaders<'_>, b: UriHeaders<'_>) -> bool {
    let alike =
        |x: (&str, &str), y: (&str, &str)| same_ignoring_case(x.0, y.0) && same_ignoring_case(x.1, y.1);
    //= RFC 3261 19.1.4: URI header components are never ignored
    a.iter().all(|header| {
        let count = |headers: UriHeaders<'_>| headers.iter().filter(|other| alike(header, *other)).count();
        count(a) == count(b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let (a, b) = (Uri::parse(a).unwrap(), Uri::parse(b).unwrap());
        assert_eq!(a.is_equivalent(&b), b.is_equivalent(&a), "equivalence is symmetric");
        a.is_equivalent(&b)
    }

    #[test]
    fn equivalent_examples_of_19_1_4() {
        assert!(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
        assert!(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
        assert!(same("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"));
        assert!(same(
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"
        ));
        assert!(same(
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x"
        ));
    }

    #[test]
    fn different_examples_of_19_1_4() {
        assert!(!same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
        assert!(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
        assert!(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
        assert!(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"));
        assert!(!same("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"));
        assert!(!same("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"));
    }

    #[test]
    fn equivalence_is_not_transitive() {
        let (plain, on, off) = (
            "sip:carol@chicago.com",
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;security=off",
        );
        assert!(same(plain, on));
        assert!(same(plain, off));
        assert!(!same(on, off));
    }

    #[test]
    fn parameters_that_must_be_in_both() {
        for param in ["user=phone", "ttl=1", "method=INVITE", "maddr=192.0.2.1", "transport=udp"] {
            assert!(!same("sip:bob@biloxi.com", &format!("sip:bob@biloxi.com;{param}")), "{param}");
        }
        assert!(same("sip:bob@biloxi.com", "sip:bob@biloxi.com;lr"));
    }

    #[test]
    fn sips_is_never_sip_and_tel_examples_converted_differ() {
        assert!(!same("sip:bob@biloxi.com", "sips:bob@biloxi.com"));
        assert!(!same(
            "sip:+358-555-1234567;postd=pp22@foo.com;user=phone",
            "sip:+358-555-1234567;POSTD=PP22@foo.com;user=phone"
        ));
    }

    #[test]
    fn of_a_repeated_parameter_the_first_counts() {
        assert!(same("sip:a;x;x;x=1;y", "sip:a;x;x;x=1;y"));
        assert!(same("sip:a;x=1;x=2", "sip:a;x=1"));
        assert!(!same("sip:a;x=1;x=2", "sip:a;x=2"));
    }

    #[test]
    fn repeated_header_components_are_counted() {
        assert!(!same("sip:a.b?x=1&x=1&y=2", "sip:a.b?x=1&y=2&y=2"));
        assert!(same("sip:a.b?x=1&y=2&x=1", "sip:a.b?x=1&x=1&y=2"));
    }
}

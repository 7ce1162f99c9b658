//! What RFC 3665 prints: who sends what to whom, and in how many octets.
//!
//! The octets are those of the message as printed, with CRLF line ends and the page's margin taken off; a body that the
//! RFC leaves out is counted as its Content-Length says. Retransmissions, which the RFC draws and does not print, are
//! told by their number.

use super::cast::Actor::{self, Alg1, Alice, Bob, Redirect, Ss1, Ss2, Ss3};

/// A message that RFC 3665 prints.
#[derive(Clone, Copy, Debug)]
pub struct Printed {
    /// Its number in the flow: F1 is 1.
    pub number: u32,
    /// Who sends it.
    pub from: Actor,
    /// Who receives it.
    pub to: Actor,
    /// The method of a request, the status code of a response.
    pub label: &'static str,
    /// Its octets, `None` where the RFC prints only a part of it.
    pub octets: Option<u32>,
}

/// A flow of RFC 3665.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The section.
    pub section: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The messages in the order of their numbers.
    pub messages: &'static [Printed],
    /// How many copies of requests the RFC draws beside them.
    pub copies: usize,
    /// The reviewed ladder of the flow.
    pub ladder: &'static str,
}

/// The flow of a section, `None` when RFC 3665 has none there.
pub fn figure(section: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| figure.section == section)
}

const fn f(number: u32, from: Actor, to: Actor, label: &'static str, octets: u32) -> Printed {
    Printed { number, from, to, label, octets: Some(octets) }
}

/// A message that is printed in part.
const fn part(number: u32, from: Actor, to: Actor, label: &'static str) -> Printed {
    Printed { number, from, to, label, octets: None }
}

/// All flows, by section.
pub const FIGURES: &[Figure] = &[
    Figure {
        section: "2.1",
        title: "Successful New Registration",
        messages: &[
            f(1, Bob, Ss2, "REGISTER", 361),
            f(2, Ss2, Bob, "401", 466),
            f(3, Bob, Ss2, "REGISTER", 570),
            f(4, Ss2, Bob, "200", 369),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/2.1.ladder"),
    },
    Figure {
        section: "2.2",
        title: "Update of Contact List",
        messages: &[f(1, Bob, Ss2, "REGISTER", 572), f(2, Ss2, Bob, "200", 426)],
        copies: 0,
        ladder: include_str!("../../rfc3665/2.2.ladder"),
    },
    Figure {
        section: "2.3",
        title: "Request for Current Contact List",
        messages: &[f(1, Bob, Ss2, "REGISTER", 520), f(2, Ss2, Bob, "200", 425)],
        copies: 0,
        ladder: include_str!("../../rfc3665/2.3.ladder"),
    },
    Figure {
        section: "2.4",
        title: "Cancellation of Registration",
        messages: &[f(1, Bob, Ss2, "REGISTER", 544), f(2, Ss2, Bob, "200", 305)],
        copies: 0,
        ladder: include_str!("../../rfc3665/2.4.ladder"),
    },
    Figure {
        section: "2.5",
        title: "Unsuccessful Registration",
        messages: &[
            f(1, Bob, Ss2, "REGISTER", 367),
            f(2, Ss2, Bob, "401", 466),
            f(3, Bob, Ss2, "REGISTER", 573),
            f(4, Ss2, Bob, "401", 472),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/2.5.ladder"),
    },
    Figure {
        section: "3.1",
        title: "Successful Session Establishment",
        messages: &[
            f(1, Alice, Bob, "INVITE", 563),
            f(2, Bob, Alice, "180", 375),
            f(3, Bob, Alice, "200", 550),
            f(4, Alice, Bob, "ACK", 332),
            f(5, Bob, Alice, "BYE", 336),
            f(6, Alice, Bob, "200", 308),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/3.1.ladder"),
    },
    Figure {
        section: "3.2",
        title: "Session Establishment Through Two Proxies",
        messages: &[
            f(1, Alice, Ss1, "INVITE", 604),
            f(2, Ss1, Alice, "407", 485),
            f(3, Alice, Ss1, "ACK", 324),
            f(4, Alice, Ss1, "INVITE", 814),
            f(5, Ss1, Ss2, "INVITE", 705),
            f(6, Ss1, Alice, "100", 299),
            f(7, Ss2, Bob, "INVITE", 839),
            f(8, Ss2, Ss1, "100", 393),
            f(9, Bob, Ss2, "180", 640),
            f(10, Ss2, Ss1, "180", 548),
            f(11, Ss1, Alice, "180", 454),
            f(12, Bob, Ss2, "200", 815),
            f(13, Ss2, Ss1, "200", 723),
            f(14, Ss1, Alice, "200", 629),
            f(15, Alice, Ss1, "ACK", 404),
            f(16, Ss1, Ss2, "ACK", 462),
            f(17, Ss2, Bob, "ACK", 514),
            f(18, Bob, Ss2, "BYE", 408),
            f(19, Ss2, Ss1, "BYE", 465),
            f(20, Ss1, Alice, "BYE", 518),
            f(21, Alice, Ss1, "200", 490),
            f(22, Ss1, Ss2, "200", 396),
            f(23, Ss2, Bob, "200", 304),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/3.2.ladder"),
    },
    Figure {
        section: "3.3",
        title: "Session with Multiple Proxy Authentication",
        messages: &[
            f(1, Alice, Ss1, "INVITE", 588),
            f(2, Ss1, Alice, "407", 481),
            f(3, Alice, Ss1, "ACK", 319),
            f(4, Alice, Ss1, "INVITE", 798),
            f(5, Ss1, Alice, "100", 297),
            f(6, Ss1, Ss2, "INVITE", 688),
            f(7, Ss2, Ss1, "407", 574),
            f(8, Ss1, Ss2, "ACK", 319),
            f(9, Ss1, Alice, "407", 481),
            f(10, Alice, Ss1, "ACK", 529),
            f(11, Alice, Ss1, "INVITE", 959),
            f(12, Ss1, Alice, "100", 297),
            f(13, Ss1, Ss2, "INVITE", 890),
            f(14, Ss2, Ss1, "100", 390),
            f(15, Ss2, Bob, "INVITE", 822),
            f(16, Bob, Ss2, "200", 799),
            f(17, Ss2, Ss1, "200", 707),
            f(18, Ss1, Alice, "200", 614),
            f(19, Alice, Ss1, "ACK", 815),
            f(20, Ss1, Ss2, "ACK", 708),
            f(21, Ss2, Bob, "ACK", 558),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/3.3.ladder"),
    },
    Figure {
        section: "3.4",
        title: "Successful Session with Proxy Failure",
        messages: &[
            f(1, Alice, Ss1, "INVITE", 589),
            f(8, Alice, Ss2, "INVITE", 548),
            f(9, Ss2, Alice, "407", 484),
            f(10, Alice, Ss2, "ACK", 321),
            f(11, Alice, Ss2, "INVITE", 762),
            f(12, Ss2, Bob, "INVITE", 694),
            f(13, Ss2, Alice, "100", 298),
            f(14, Bob, Ss2, "180", 495),
            f(15, Ss2, Alice, "180", 403),
            f(16, Bob, Ss2, "200", 670),
            f(17, Ss2, Alice, "200", 578),
            f(18, Alice, Ss2, "ACK", 367),
            f(19, Ss2, Bob, "ACK", 419),
            f(20, Bob, Ss2, "BYE", 371),
            f(21, Ss2, Alice, "BYE", 423),
            f(22, Alice, Ss2, "200", 395),
            f(23, Ss2, Bob, "200", 303),
        ],
        copies: 6,
        ladder: include_str!("../../rfc3665/3.4.ladder"),
    },
    Figure {
        section: "3.5",
        title: "Session Through a SIP ALG",
        messages: &[
            f(1, Alice, Alg1, "INVITE", 803),
            f(2, Alg1, Ss2, "INVITE", 904),
            f(3, Alg1, Alice, "100", 297),
            f(4, Ss2, Bob, "INVITE", 790),
            f(5, Ss2, Alg1, "100", 392),
            f(6, Bob, Ss2, "180", 592),
            f(7, Ss2, Alg1, "180", 499),
            f(8, Alg1, Alice, "180", 404),
            f(9, Bob, Ss2, "200", 767),
            f(10, Ss2, Alg1, "200", 674),
            f(11, Alg1, Alice, "200", 579),
            f(12, Alice, Alg1, "ACK", 368),
            f(13, Alg1, Bob, "ACK", 421),
            f(14, Alice, Alg1, "BYE", 368),
            f(15, Alg1, Bob, "BYE", 421),
            f(16, Bob, Alg1, "200", 396),
            f(17, Alg1, Alice, "200", 301),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/3.5.ladder"),
    },
    Figure {
        section: "3.6",
        title: "Session via Redirect and Proxy Servers with SDP in ACK",
        messages: &[
            f(1, Alice, Redirect, "INVITE", 364),
            f(2, Redirect, Alice, "302", 377),
            f(3, Alice, Redirect, "ACK", 323),
            f(4, Alice, Ss3, "INVITE", 378),
            f(5, Ss3, Bob, "INVITE", 525),
            f(6, Ss3, Alice, "100", 297),
            f(7, Bob, Ss3, "180", 510),
            f(8, Ss3, Alice, "180", 418),
            f(9, Bob, Ss3, "200", 686),
            f(10, Ss3, Alice, "200", 594),
            f(11, Alice, Ss3, "ACK", 552),
            f(12, Ss3, Bob, "ACK", 603),
            f(13, Bob, Ss3, "BYE", 370),
            f(14, Ss3, Alice, "BYE", 421),
            f(15, Alice, Ss3, "200", 393),
            f(16, Ss3, Bob, "200", 301),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/3.6.ladder"),
    },
    Figure {
        section: "3.7",
        title: "Session with re-INVITE (IP Address Change)",
        messages: &[
            f(1, Alice, Ss2, "INVITE", 547),
            f(2, Ss2, Bob, "INVITE", 647),
            f(3, Ss2, Alice, "100", 297),
            f(4, Bob, Ss2, "180", 448),
            f(5, Ss2, Alice, "180", 355),
            f(6, Bob, Ss2, "200", 623),
            f(7, Ss2, Alice, "200", 530),
            f(8, Alice, Bob, "ACK", 326),
            f(9, Bob, Alice, "INVITE", 566),
            f(10, Alice, Bob, "200", 556),
            f(11, Bob, Alice, "ACK", 331),
            f(12, Alice, Bob, "BYE", 327),
            f(13, Bob, Alice, "200", 319),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/3.7.ladder"),
    },
    Figure {
        section: "3.8",
        title: "Unsuccessful No Answer",
        messages: &[
            f(1, Alice, Ss1, "INVITE", 803),
            f(2, Ss1, Ss2, "INVITE", 689),
            f(3, Ss1, Alice, "100", 297),
            f(4, Ss2, Bob, "INVITE", 823),
            f(5, Ss2, Ss1, "100", 391),
            f(6, Bob, Ss2, "180", 624),
            f(7, Ss2, Ss1, "180", 532),
            f(8, Ss1, Alice, "180", 438),
            f(9, Alice, Ss1, "CANCEL", 355),
            f(10, Ss1, Alice, "200", 293),
            f(11, Ss1, Ss2, "CANCEL", 317),
            f(12, Ss2, Ss1, "200", 293),
            f(13, Ss2, Bob, "CANCEL", 319),
            f(14, Bob, Ss2, "200", 291),
            f(15, Bob, Ss2, "487", 506),
            f(16, Ss2, Bob, "ACK", 324),
            f(17, Ss2, Ss1, "487", 414),
            f(18, Ss1, Ss2, "ACK", 317),
            f(19, Ss1, Alice, "487", 301),
            f(20, Alice, Ss1, "ACK", 534),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/3.8.ladder"),
    },
    Figure {
        section: "3.9",
        title: "Unsuccessful Busy",
        messages: &[
            f(1, Alice, Ss1, "INVITE", 817),
            f(2, Ss1, Ss2, "INVITE", 703),
            f(3, Ss1, Alice, "100", 297),
            f(4, Ss2, Bob, "INVITE", 837),
            f(5, Ss2, Ss1, "100", 391),
            f(6, Bob, Ss2, "486", 498),
            f(7, Ss2, Bob, "ACK", 324),
            f(8, Ss2, Ss1, "486", 406),
            f(9, Ss1, Ss2, "ACK", 319),
            f(10, Ss1, Alice, "486", 312),
            f(11, Alice, Ss1, "ACK", 534),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/3.9.ladder"),
    },
    Figure {
        section: "3.10",
        title: "Unsuccessful No Response from User Agent",
        messages: &[
            f(1, Alice, Ss1, "INVITE", 803),
            f(2, Ss1, Ss2, "INVITE", 689),
            f(3, Ss1, Alice, "100", 297),
            part(4, Ss2, Bob, "INVITE"),
            f(5, Ss2, Ss1, "100", 391),
            f(12, Ss2, Ss1, "480", 407),
            f(13, Ss1, Ss2, "ACK", 319),
            f(14, Ss1, Alice, "480", 313),
            f(15, Alice, Ss1, "ACK", 534),
        ],
        copies: 6,
        ladder: include_str!("../../rfc3665/3.10.ladder"),
    },
    Figure {
        section: "3.11",
        title: "Unsuccessful Temporarily Unavailable",
        messages: &[
            f(1, Alice, Ss1, "INVITE", 803),
            f(2, Ss1, Ss2, "INVITE", 689),
            f(3, Ss1, Alice, "100", 297),
            f(4, Ss2, Bob, "INVITE", 823),
            f(5, Ss2, Ss1, "100", 391),
            f(6, Bob, Ss2, "180", 624),
            f(7, Ss2, Ss1, "180", 532),
            f(8, Ss1, Alice, "180", 438),
            f(9, Bob, Ss2, "480", 511),
            f(10, Ss2, Bob, "ACK", 324),
            f(11, Ss2, Ss1, "480", 419),
            f(12, Ss1, Ss2, "ACK", 319),
            f(13, Ss1, Alice, "480", 325),
            f(14, Alice, Ss1, "ACK", 534),
        ],
        copies: 0,
        ladder: include_str!("../../rfc3665/3.11.ladder"),
    },
];

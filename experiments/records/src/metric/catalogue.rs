//! The catalogue behind `siplab list metrics`.
//!
//! Common rules. A call attempt is an INVITE that a user begins; the INVITE that answers a challenge (401, 407)
//! or follows a redirection belongs to the same attempt, which is counted once, from the first octet of the
//! first INVITE (RFC 6076 4: t1 is not reset). A call is counted by when it begins: in `[warm-up, warm-up +
//! duration)`.

use super::{Better, MetricInfo};

const fn metric(
    name: &'static str,
    title: &'static str,
    better: Better,
    source: &'static str,
    definition: &'static str,
) -> MetricInfo {
    MetricInfo { name, title, definition, source, better }
}

/// Every metric that siplab measures, in the order in which reports show them.
pub static METRICS: &[MetricInfo] = &[
    metric(
        "post_dial_delay_ms",
        "post-dial delay",
        Better::Lower,
        "RFC 6076 4.3.1 (successful session setup SRD)",
        "From the first octet of the first INVITE sent to the last octet of the first provisional response \
         other than 100 received, or of the 2xx if none came before it. Only attempts that end in a 2xx; \
         failed ones are failed_post_dial_delay_ms, which must not be mixed in. One sample an attempt, also \
         when it forks.",
    ),
    metric(
        "failed_post_dial_delay_ms",
        "post-dial delay of failed calls",
        Better::Lower,
        "RFC 6076 4.3.2 (failed session setup SRD)",
        "From the first octet of the first INVITE sent to the last octet of the first provisional response \
         other than 100 or of the failure response (4xx other than 401, 402 and 407, 5xx, 6xx). Attempts \
         that end in Timer B have no sample.",
    ),
    metric(
        "time_to_18x_ms",
        "time to the first 18x",
        Better::Lower,
        "siplab; RFC 3261 21.1.2 to 21.1.5 for the responses",
        "From the first octet of the first INVITE sent to the last octet of the first 180, 181, 182 or 183 \
         received. Attempts that saw none have no sample: see no_18x_ratio.",
    ),
    metric(
        "no_18x_ratio",
        "answered calls that never rang",
        Better::Lower,
        "siplab; RFC 3261 13.3.1.1: a provisional response is not sent reliably",
        "Of the attempts that end in a 2xx, those whose caller received no 18x before it.",
    ),
    metric(
        "answer_time_ms",
        "time to answer",
        Better::Lower,
        "siplab; RFC 3261 13.2.2.4 for the response",
        "From the first octet of the first INVITE sent to the last octet of the first 2xx received. It \
         contains the time the called user takes to answer.",
    ),
    metric(
        "registration_delay_ms",
        "registration delay",
        Better::Lower,
        "RFC 6076 4.1 (RRD)",
        "From the first octet of the first REGISTER sent to the last octet of its 200, challenge included. \
         Only successful registrations.",
    ),
    metric(
        "ineffective_registration_ratio",
        "ineffective registrations",
        Better::Lower,
        "RFC 6076 4.2 (IRA)",
        "Of all registration attempts, those that end in 4xx (other than 401, 402 and 407), 5xx, 6xx or \
         Timer F. The REGISTER that answers a challenge belongs to its attempt and is not counted again.",
    ),
    metric(
        "disconnect_delay_ms",
        "disconnect delay",
        Better::Lower,
        "RFC 6076 4.4 (SDD)",
        "From the first octet of the first BYE sent to the last octet of the 2xx received, at the side that \
         hangs up. BYEs that end in Timer F have no sample.",
    ),
    metric(
        "session_duration_ms",
        "session duration",
        Better::Neutral,
        "RFC 6076 4.5.1 (successful session duration SDT)",
        "At the calling side, from the first octet of the 2xx received to the last octet of the BYE \
         received, or to the first octet of the BYE sent. The RFC reports it in seconds.",
    ),
    metric(
        "session_establishment_ratio",
        "session establishment",
        Better::Higher,
        "RFC 6076 4.6 (SER)",
        "Attempts that end in a 200, over all attempts less those that end in a 3xx. An attempt that is \
         challenged is in the denominator, once.",
    ),
    metric(
        "session_establishment_effectiveness_ratio",
        "session establishment effectiveness",
        Better::Higher,
        "RFC 6076 4.7 (SEER)",
        "Attempts that end in 200, 480, 486, 600 or 603, over all attempts less those that end in a 3xx: \
         what the called user decides does not count against the network.",
    ),
    metric(
        "ineffective_session_attempts_ratio",
        "ineffective session attempts",
        Better::Lower,
        "RFC 6076 4.8 (ISA)",
        "Of all attempts, those that end in 408, 500, 503 or 504. Timer B at the caller counts as the 408 \
         that RFC 3261 8.1.3.1 makes of it.",
    ),
    metric(
        "session_completion_ratio",
        "session completion",
        Better::Higher,
        "RFC 6076 4.9 (SCR)",
        "Of all attempts, those whose session was established and ended by a BYE that was answered; a \
         session that ends for lack of a response does not count.",
    ),
    metric(
        "busy_ratio",
        "busy calls",
        Better::Neutral,
        "RFC 3261 21.4.24",
        "Of all attempts, those that end in 486 because the called line is taken. Told apart from failures \
         of the network.",
    ),
    metric("call_attempts", "call attempts", Better::Neutral, "siplab", "Calls that users began."),
    metric("calls_answered", "answered calls", Better::Higher, "siplab", "Attempts that end in a 2xx."),
    metric(
        "call_failures",
        "calls failed by the network",
        Better::Lower,
        "siplab",
        "Attempts that end in neither 2xx, 3xx, 480, 486, 600 nor 603: the complement of SEER's numerator.",
    ),
    metric(
        "offered_cps",
        "offered load",
        Better::Neutral,
        "siplab",
        "Call attempts per second of measured virtual time.",
    ),
    metric(
        "goodput_cps",
        "goodput",
        Better::Higher,
        "siplab",
        "Attempts that end in a 2xx per second of measured virtual time, counted by when they begin.",
    ),
    metric(
        "retransmissions_per_call",
        "retransmissions a call",
        Better::Lower,
        "RFC 3261 17.1.1.2, 17.1.2.2, 17.2.1 and 13.3.1.4",
        "Messages sent again by all nodes, over call attempts: copies from timers A, E and G and the 2xx of \
         UAS cores, and responses and ACKs sent again because a copy came in.",
    ),
    metric(
        "messages_per_call",
        "messages a call",
        Better::Lower,
        "siplab",
        "SIP messages that all nodes sent for calls, copies included, over call attempts; a message counts \
         once each hop.",
    ),
    metric(
        "messages",
        "messages",
        Better::Neutral,
        "siplab",
        "SIP messages that all nodes sent, copies included.",
    ),
    metric(
        "messages_lost",
        "lost messages",
        Better::Lower,
        "siplab",
        "SIP messages that links dropped, whatever the cause.",
    ),
    metric(
        "messages_refused",
        "refused messages",
        Better::Lower,
        "siplab",
        "SIP messages that hosts dropped because the queue before their processors was full.",
    ),
    metric(
        "utilisation_ratio",
        "utilisation of the busiest host",
        Better::Lower,
        "siplab",
        "Busy share of the processors of the host that is busiest, over the measured time.",
    ),
    metric(
        "link_utilisation_ratio",
        "utilisation of the busiest link",
        Better::Lower,
        "siplab",
        "Share of the measured time in which the busiest direction of a link clocks out octets.",
    ),
    metric(
        "success_ratio",
        "requests that succeed",
        Better::Higher,
        "RFC 3261 17.1.1.2 and 17.1.2.2",
        "Of the requests of a probe, those whose client transaction sees a response before its timer (B or \
         F) fires.",
    ),
    metric(
        "response_delay_ms",
        "time to the response",
        Better::Lower,
        "RFC 3261 17.1.1.2 and 17.1.2.2",
        "From the first octet of a probe's request to the last octet of the first response that matters to \
         it. Only requests that succeed.",
    ),
    metric(
        "copies_per_request",
        "copies a request",
        Better::Lower,
        "RFC 3261 17.1.1.2 and 17.1.2.2",
        "How often a probe's client transaction sends its request, the first time included.",
    ),
    metric(
        "ghost_ratio",
        "requests executed but timed out",
        Better::Lower,
        "RFC 4321 1.1",
        "Of the requests of a probe, those that the server executed while the client gave up.",
    ),
    metric(
        "acknowledged_ratio",
        "answers acknowledged",
        Better::Higher,
        "RFC 3261 13.3.1.4",
        "Of the INVITEs of a probe, those whose server sees the ACK before it gives up.",
    ),
    metric(
        "exchange_delay_ms",
        "time of the exchange",
        Better::Lower,
        "RFC 3322 2.1.1",
        "From the first octet of the first message of an exchange sent to the last octet of its last message \
         received.",
    ),
    metric(
        "air_octets",
        "octets on the air",
        Better::Lower,
        "siplab",
        "Octets that the narrowest link of a script or exchange is offered in both directions, with the headers that it \
         carries. The narrowest link has the lowest rate; a packet counts once, whatever becomes of it.",
    ),
    metric(
        "registration_air_octets",
        "octets on the air for registering",
        Better::Lower,
        "siplab",
        "Of the octets on the air, those of REGISTER and its responses.",
    ),
    metric(
        "call_air_octets",
        "octets on the air for a call",
        Better::Lower,
        "siplab",
        "The octets on the air but those of registrations, over call attempts.",
    ),
    metric(
        "channel_calls_per_hour",
        "calls an hour that the channel carries",
        Better::Higher,
        "siplab",
        "Calls that would fill the busier direction of the narrowest link for an hour, each with the octets of the \
         mean call: an upper bound, without queueing and without registrations.",
    ),
    metric(
        "compressed_ratio",
        "size of messages after compression",
        Better::Lower,
        "RFC 3320; siplab",
        "Octets of the messages that cross the narrowest link as they are sent, over their octets before compression; \
         headers of IP and UDP are in neither.",
    ),
    metric(
        "first_message_octets",
        "size of the first message",
        Better::Lower,
        "RFC 3320 8.4: the bytecode is uploaded with the first message",
        "Octets of the first message that crosses the narrowest link, as it is sent.",
    ),
    metric(
        "flow_messages",
        "messages generated",
        Better::Neutral,
        "RFC 3665",
        "Messages that the nodes of a flow of RFC 3665 sent, retransmissions not counted.",
    ),
    metric(
        "printed_messages",
        "messages printed",
        Better::Neutral,
        "RFC 3665",
        "Messages that RFC 3665 prints in the flow.",
    ),
    metric(
        "flow_octets",
        "octets generated",
        Better::Neutral,
        "RFC 3665",
        "Octets of the messages that RFC 3665 prints in full, as the nodes of the flow composed them.",
    ),
    metric(
        "printed_octets",
        "octets printed",
        Better::Neutral,
        "RFC 3665",
        "Octets of the messages that RFC 3665 prints in full, as printed.",
    ),
    metric(
        "corrected_octets",
        "octets of corrections",
        Better::Neutral,
        "RFC 3261, RFC 3665 1.3",
        "Octets by which messages are longer than printed because the RFC breaks a rule that the nodes keep: the sum \
         over the differences that are named.",
    ),
    metric(
        "differing_messages",
        "messages that differ",
        Better::Lower,
        "RFC 3665",
        "Messages that are missing, come in another order, or have another length than printed and corrected.",
    ),
    metric(
        "outage_lost_ratio",
        "calls lost in the outage",
        Better::Lower,
        "RFC 6076 4.8",
        "Of the calls that begin while the node is down, those that end in 408, 500, 503 or 504 or without an answer.",
    ),
    metric(
        "outage_post_dial_delay_ms",
        "post-dial delay in the outage",
        Better::Lower,
        "RFC 6076 4.3.1",
        "As post_dial_delay_ms, of the calls that begin while the node is down. Lost calls have no sample.",
    ),
    metric(
        "recovery_time_ms",
        "until calls are in order again",
        Better::Lower,
        "siplab",
        "From the crash to the begin of the last call that is lost or whose post-dial delay exceeds 4 s; zero when none is.",
    ),
    metric(
        "failover_delay_ms",
        "time to the answer of a first request",
        Better::Lower,
        "RFC 3263 4.3",
        "From the first octet of the INVITE of a client who knows of no failure to the last octet of the 2xx of \
         the server that works, all servers tried before it included. Only requests that succeed.",
    ),
    metric(
        "failover_wait_ms",
        "timer waits of a first request",
        Better::Lower,
        "RFC 3263 4.3",
        "The part of failover_delay_ms that is spent waiting for timers: 64*T1 for each silent server.",
    ),
    metric(
        "tries_per_request",
        "servers a first request",
        Better::Lower,
        "RFC 3263 4.3",
        "How many servers the INVITE of a client who knows of no failure is sent to. Only requests that succeed.",
    ),
    metric(
        "next_failover_delay_ms",
        "time to the answer of a second request",
        Better::Lower,
        "RFC 3263 4.3, RFC 4321 1.3",
        "As failover_delay_ms, for the second INVITE of the same client.",
    ),
    metric(
        "next_failover_wait_ms",
        "timer waits of a second request",
        Better::Lower,
        "RFC 3263 4.3, RFC 4321 1.3",
        "As failover_wait_ms, for the second INVITE of the same client.",
    ),
    metric(
        "next_tries_per_request",
        "servers a second request",
        Better::Lower,
        "RFC 3263 4.3, RFC 4321 1.3",
        "As tries_per_request, for the second INVITE of the same client.",
    ),
    metric(
        "waiting_time_ms",
        "waiting time",
        Better::Lower,
        "queueing theory: W_q",
        "From a job's arrival at a host to the begin of its service. Refused jobs have no sample.",
    ),
    metric(
        "sojourn_time_ms",
        "sojourn time",
        Better::Lower,
        "queueing theory: W",
        "From a job's arrival at a host to the end of its service. Refused jobs have no sample.",
    ),
    metric(
        "delayed_ratio",
        "jobs that wait",
        Better::Lower,
        "queueing theory: Erlang's C formula",
        "Of the jobs offered to a host, those that find all servers busy.",
    ),
    metric(
        "blocked_ratio",
        "jobs refused",
        Better::Lower,
        "queueing theory: Erlang's B formula for a host without places to wait",
        "Of the jobs offered to a host, those that find all servers and places taken.",
    ),
];

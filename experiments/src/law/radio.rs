//! What a link without queue and loss makes of messages that are sent by turns.
//!
//! RFC 3322 2.1, equation 1: OneWayDelay = MessageSize / LinkSpeed + RTT / 2. Messages that one end sends together
//! count as one message of all their octets.

/// Milliseconds from sending `octets`, headers included, to their arrival; an unlimited link has no `bits_per_s`.
pub fn one_way_ms(octets: usize, bits_per_s: Option<u64>, propagation_ms: f64) -> f64 {
    let clocking = bits_per_s.map_or(0.0, |rate| octets as f64 * 8.0 / rate as f64);
    clocking * 1e3 + propagation_ms
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes and delays of figure 2.1 of RFC 3322; messages that share a delay are one row.
    const FIGURE: [(usize, f64); 9] = [
        (620, 587.0),
        (500, 487.0),
        (250, 278.0),
        (300, 320.0),
        (620, 587.0),
        (450 + 230, 637.0),
        (250, 278.0),
        (300 + 450, 695.0),
        (230, 262.0),
    ];

    #[test]
    fn figure_2_1_of_rfc_3322_follows_from_its_equation() {
        let mut total = 0.0;
        for (octets, printed) in FIGURE {
            let delay = one_way_ms(octets, Some(9600), 70.0);
            assert!((delay - printed).abs() < 1.0, "{octets} octets: {delay} where {printed} is printed");
            total += delay;
        }
        assert!((total - 4130.0).abs() < 1e-9, "{total}");
    }

    #[test]
    fn an_unlimited_link_costs_its_propagation_alone() {
        assert_eq!(one_way_ms(620, None, 70.0), 70.0);
    }
}

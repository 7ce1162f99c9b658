//! Waiting lines in equilibrium: what random arrivals make of a host's processors.
//!
//! Arrivals are Poisson, service times independent; the offered load `a` is arrival rate × mean service time, in
//! erlangs, and ρ = a / servers. Times are in units of the mean service time S. Sources: Kleinrock, *Queueing Systems
//! I* (1975); Erlang (1917); Crommelin (1932) for M/D/1; Pollaczek and Khinchin for M/G/1.

/// Erlang B: the share of arrivals that find all `servers` busy where none can wait.
///
/// For a load of at least zero; insensitive to the distribution of service times beyond its mean.
pub fn erlang_b(load: f64, servers: u32) -> f64 {
    (1..=servers).fold(1.0, |blocked, k| load * blocked / (f64::from(k) + load * blocked))
}

/// Erlang C: the share of arrivals that have to wait where all can; `None` from ρ = 1 on, where the line only grows.
pub fn erlang_c(load: f64, servers: u32) -> Option<f64> {
    let rho = load / f64::from(servers);
    let blocked = erlang_b(load, servers);
    (rho < 1.0).then(|| blocked / (1.0 - rho * (1.0 - blocked)))
}

/// The mean wait of M/M/c in units of S; `None` from ρ = 1 on.
pub fn mmc_mean_wait(load: f64, servers: u32) -> Option<f64> {
    erlang_c(load, servers).map(|delayed| delayed / (f64::from(servers) - load))
}

/// The mean wait of M/G/1 in units of S, for service times with coefficient of variation `cv`; `None` from ρ = 1 on.
///
/// Pollaczek and Khinchin: ρ (1 + cv²) / (2 (1 − ρ)).
pub fn mg1_mean_wait(rho: f64, cv: f64) -> Option<f64> {
    (rho < 1.0).then(|| rho * (1.0 + cv * cv) / (2.0 * (1.0 - rho)))
}

/// The quantile `q` of the time in the system of M/M/1 in units of S; `None` from ρ = 1 on.
pub fn mm1_sojourn_quantile(rho: f64, q: f64) -> Option<f64> {
    (rho < 1.0).then(|| -libm::log1p(-q) / (1.0 - rho))
}

/// The probability that an arrival at M/D/1 waits at most `t` service times; `None` from ρ = 1 on.
///
/// Crommelin's sum alternates: for ρ·t up to 12 it keeps eight digits. Beyond, `None`.
pub fn md1_wait_at_most(rho: f64, t: f64) -> Option<f64> {
    if !(0.0..1.0).contains(&rho) || rho * t > 12.0 || t < 0.0 {
        return None;
    }
    let term = |k: u32| {
        let past = rho * (t - f64::from(k));
        let power = (1..=k).fold(1.0, |product, i| product * -past / f64::from(i));
        power * libm::exp(past)
    };
    Some((1.0 - rho) * (0..=t as u32).map(term).sum::<f64>())
}

/// M/M/c/K in equilibrium.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    /// The share of arrivals that find no place.
    pub blocked: f64,
    /// The mean number of jobs in the system, those in service included.
    pub jobs: f64,
    /// The mean time in the system of the arrivals that found a place, in units of S.
    pub sojourn: f64,
    /// The mean share of busy servers.
    pub utilisation: f64,
}

/// M/M/c/K with `servers` and `places`, which counts those in service and is at least `servers`. Stable at any load.
pub fn bounded(load: f64, servers: u32, places: u32) -> Bounded {
    let weights: Vec<f64> = std::iter::successors(Some((0u32, 1.0)), |&(n, weight)| {
        let n = n + 1;
        (n <= places).then(|| (n, weight * load / f64::from(n.min(servers))))
    })
    .map(|(_, weight)| weight)
    .collect();
    let total: f64 = weights.iter().sum();
    let mean = |of: &dyn Fn(u32) -> f64| {
        weights.iter().zip(0..).map(|(weight, n)| weight * of(n)).sum::<f64>() / total
    };
    let blocked = weights.last().map_or(0.0, |full| full / total);
    let jobs = mean(&f64::from);
    Bounded {
        blocked,
        jobs,
        sojourn: jobs / (load * (1.0 - blocked)),
        utilisation: mean(&|n| f64::from(n.min(servers))) / f64::from(servers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(value: f64, golden: f64, tolerance: f64) {
        assert!((value - golden).abs() <= tolerance, "{value} where {golden} is published");
    }

    #[test]
    fn erlang_b_matches_published_values() {
        for (load, servers, golden) in
            [(20.0, 30, 0.008_457_50), (10.0, 15, 0.036_496_95), (100.0, 117, 0.009_790_07), (1.0, 2, 0.2)]
        {
            assert_near(erlang_b(load, servers), golden, 5e-9);
        }
    }

    #[test]
    fn erlang_b_dimensions_trunk_groups() {
        for (load, trunks) in
            [(150.0, 180), (330.0, 371), (410.0, 454), (287.0, 326), (293.0, 332), (296.25, 335)]
        {
            assert!(erlang_b(load, trunks) <= 0.002 && erlang_b(load, trunks - 1) > 0.002, "{load} erlang");
        }
    }

    #[test]
    fn erlang_c_matches_published_values() {
        for (load, servers, golden) in
            [(20.0, 30, 0.024_950_46), (10.0, 15, 0.102_042_37), (100.0, 117, 0.063_709_77)]
        {
            assert_near(erlang_c(load, servers).expect("stable"), golden, 5e-9);
        }
        assert_eq!(erlang_c(2.0, 2), None);
    }

    #[test]
    fn bounded_lines_match_published_values() {
        for (load, servers, places, blocked, jobs) in [
            (1.6, 2, 10, 0.026_378_6, 3.330_681),
            (3.6, 4, 20, 0.016_805_0, 7.769_208),
            (0.8, 1, 10, 0.023_492_86, 2.966_31),
            (1.0, 1, 10, 1.0 / 11.0, 5.0),
            (1.5, 1, 10, 0.337_23, 8.128_66),
        ] {
            let line = bounded(load, servers, places);
            assert_near(line.blocked, blocked, 5e-6);
            assert_near(line.jobs, jobs, 5e-6);
        }
        assert_near(bounded(1.6, 2, 10).sojourn, 2.138_075, 5e-7);
        assert_near(bounded(3.6, 4, 20).sojourn, 2.195_000, 5e-7);
        assert_near(bounded(0.8, 1, 10).sojourn, 3.797_10, 5e-6);
        assert_near(bounded(1.0, 1, 10).sojourn, 5.5, 1e-12);
    }

    #[test]
    fn without_waiting_places_the_bounded_line_is_erlang_b() {
        assert_near(bounded(20.0, 30, 30).blocked, erlang_b(20.0, 30), 1e-15);
        assert_near(bounded(20.0, 30, 30).sojourn, 1.0, 1e-12);
    }

    #[test]
    fn mean_waits_match_pollaczek_and_khinchin() {
        for (rho, cv, golden) in [
            (0.8, 0.0, 2.0),
            (0.8, 1.0, 4.0),
            (0.8, 2.0, 10.0),
            (0.95, 0.0, 9.5),
            (0.95, 1.0, 19.0),
            (0.95, 2.0, 47.5),
        ] {
            assert_near(mg1_mean_wait(rho, cv).expect("stable"), golden, 1e-12 * golden * 1e3);
        }
        assert_near(mmc_mean_wait(0.8, 1).expect("stable"), 4.0, 1e-12);
        assert_eq!(mg1_mean_wait(1.0, 1.0), None);
    }

    #[test]
    fn waits_of_md1_match_published_values() {
        for (t, golden) in [
            (0.0, 0.2),
            (1.0, 0.445_108),
            (2.0, 0.634_520),
            (3.0, 0.762_100),
            (5.0, 0.899_503),
            (10.0, 0.988_343),
        ] {
            assert_near(md1_wait_at_most(0.8, t).expect("stable"), golden, 5e-7);
        }
        assert_eq!(md1_wait_at_most(0.8, 100.0), None);
    }

    #[test]
    fn sojourn_quantile_of_mm1_matches_the_published_value() {
        assert_near(mm1_sojourn_quantile(0.8, 0.95).expect("stable"), 14.979, 5e-4);
    }
}

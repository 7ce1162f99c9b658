use super::*;

fn in_order(total: u32, weights: &[f64]) -> Option<Vec<u32>> {
    apportion(total, weights, &(0..weights.len()).collect::<Vec<_>>())
}

#[test]
fn largest_remainders_get_what_is_left() {
    // Quotas 5.6, 2.8, 1.6 of 10: floors 5, 2, 1; two are left for the remainders .8 and one of the two .6.
    assert_eq!(in_order(10, &[56.0, 28.0, 16.0]), Some(vec![6, 3, 1]));
    assert_eq!(in_order(100, &[1.0, 2.0, 1.0]), Some(vec![25, 50, 25]));
}

#[test]
fn equal_remainders_are_served_in_the_given_order() {
    let weights = [1.0, 1.0, 1.0];
    assert_eq!(apportion(4, &weights, &[2, 0, 1]), Some(vec![1, 1, 2]));
    assert_eq!(apportion(5, &weights, &[2, 0, 1]), Some(vec![2, 1, 2]));
}

#[test]
fn shares_add_up_and_keep_within_one_of_their_quota() {
    let weights: Vec<f64> = (0..50).map(|i| f64::from(i * i % 17) / 7.0).collect();
    let sum: f64 = weights.iter().sum();
    for total in [0, 1, 2, 49, 50, 51, 1000, 20_000, 999_983, u32::MAX] {
        let shares = in_order(total, &weights).unwrap();
        assert_eq!(shares.iter().map(|share| u64::from(*share)).sum::<u64>(), u64::from(total));
        for (share, weight) in shares.iter().zip(&weights) {
            let quota = f64::from(total) * weight / sum;
            assert!((f64::from(*share) - quota).abs() < 1.0 + 1e-6, "{share} of {quota}");
            assert!(*weight > 0.0 || *share == 0, "no demand, no subscribers");
        }
    }
}

#[test]
fn nobody_talks_nobody_gets_anything() {
    assert_eq!(in_order(10, &[0.0, 0.0]), None);
    assert_eq!(in_order(10, &[]), None);
    assert!(Demand::none(3).is_none());
    assert_eq!(Demand::none(3).between(1, 2), 0.0);
}

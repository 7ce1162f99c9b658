//! Places on the globe.

/// Mean radius of the Earth in km (IUGG).
const EARTH_KM: f64 = 6371.0;

/// A place on the globe, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// North positive, −90 to 90.
    pub latitude: f64,
    /// East positive, −180 to 180.
    pub longitude: f64,
}

impl Position {
    /// The place at these degrees; `None` outside the globe and for NaN.
    pub fn new(latitude: f64, longitude: f64) -> Option<Position> {
        let inside = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        inside.then_some(Position { latitude, longitude })
    }

    /// The great-circle distance to `other` in km, by the haversine formula on a sphere of 6371 km.
    ///
    /// The last bits depend on the platform's trigonometry: for importers, which round it into a file, and for hints
    /// to people. A run takes lengths from the file.
    pub fn great_circle_km(self, other: Position) -> f64 {
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let (dlat, dlon) = (b - a, (other.longitude - self.longitude).to_radians());
        let h = (dlat / 2.0).sin().powi(2) + a.cos() * b.cos() * (dlon / 2.0).sin().powi(2);
        2.0 * EARTH_KM * h.sqrt().min(1.0).asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn great_circle_matches_known_distances() {
        let place = |lat, lon| Position::new(lat, lon).unwrap();
        // A quarter of a meridian, and Berlin to Munich (504 km between the city centres).
        let quarter = place(0.0, 10.0).great_circle_km(place(90.0, 10.0));
        assert!((quarter - 10_007.54).abs() < 0.01, "{quarter}");
        let germany = place(52.52, 13.405).great_circle_km(place(48.137, 11.575));
        assert!((germany - 504.2).abs() < 0.5, "{germany}");
        let across = place(0.0, 179.5).great_circle_km(place(0.0, -179.5));
        assert!((across - 111.19).abs() < 0.01, "{across}");
    }

    #[test]
    fn places_outside_the_globe_are_refused() {
        assert_eq!(Position::new(90.1, 0.0), None);
        assert_eq!(Position::new(0.0, 180.1), None);
        assert_eq!(Position::new(f64::NAN, 0.0), None);
    }
}

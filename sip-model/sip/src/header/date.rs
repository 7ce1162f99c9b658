//! Date (RFC 3261 20.17).

use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;

/// A date and time in GMT, in seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub i64);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// 1970-01-01 was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const DAY_S: i64 = 86_400;

impl<'a> HeaderField<'a> for Date {
    const NAME: HeaderName = HeaderName::Date;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let text = cursor.rest();
        cursor.seek(start + text.len());
        read_date(text).ok_or_else(|| cursor.fault_since(start))
    }
}

/// Reads `wkday "," SP date1 SP time SP "GMT"`; the day of the week is not compared with the date.
fn read_date(text: &[u8]) -> Option<Date> {
    let text = std::str::from_utf8(text).ok()?;
    let (weekday, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let (time, zone) = (parts.next()?, parts.next()?);
    //= RFC 3261 20.17: SIP restricts the time zone in SIP-date to "GMT"
    //= RFC 3261 20.17: an RFC 1123 date is case-sensitive
    if !WEEKDAYS.contains(&weekday) || zone != "GMT" || parts.next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? as i64 + 1;
    let (day, year) = (digits(day, 2)?, digits(year, 4)?);
    let mut clock = time.split(':').map(|part| digits(part, 2));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let legal = (1..=days_in(year, month)).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if !legal || clock.next().is_some() {
        return None;
    }
    Some(Date(days_since_1970(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second))
}

/// A number of exactly `count` digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|c| c.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, years counted from March (Hinnant's algorithm).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of the day that is `days` after 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (days, second) = (self.0.div_euclid(DAY_S), self.0.rem_euclid(DAY_S));
        let (year, month, day) = civil(days);
        let weekday = WEEKDAYS[days.rem_euclid(7) as usize];
        let month = MONTHS[(month - 1) as usize];
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }
}

impl Compose for Date {
    fn compose(&self, out: &mut Vec<u8>) {
        display(self, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn dates_read_back() {
        for text in [
            "Sat, 13 Nov 2010 23:29:00 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Tue, 29 Feb 2000 12:00:00 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Fri, 31 Dec 9999 23:59:59 GMT",
        ] {
            assert_eq!(parse::<Date>(text).unwrap().to_string(), text);
        }
        assert_eq!(parse("Sat, 13 Nov 2010 23:29:00 GMT"), Ok(Date(1_289_690_940)));
    }

    #[test]
    fn other_zones_and_impossible_dates_are_faults() {
        for text in [
            "Fri, 01 Jan 2010 16:00:00 EST",
            "Fri, 1 Jan 2010 16:00:00 GMT",
            "fri, 01 Jan 2010 16:00:00 GMT",
            "Fri, 29 Feb 2010 16:00:00 GMT",
            "Fri, 01 Jan 2010 24:00:00 GMT",
            "Fri, 01 Jan 2010 16:00 GMT",
            "Fri, 00 Jan 2010 16:00:00 GMT",
            "",
        ] {
            assert!(parse::<Date>(text).is_err(), "{text}");
        }
    }
}

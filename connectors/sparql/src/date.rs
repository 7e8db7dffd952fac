//! Dates of XML Schema as ISO 8601.

/// `2027-03-01`, `2027`, or a date-time; midnight in UTC, which stores add to dates, is left out again.
pub(crate) fn iso(text: &str) -> Option<String> {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let date = date.trim_start_matches('+');
    let date = date.get(..10).filter(|_| date.len() > 10).unwrap_or(date).trim_end_matches('Z');
    let fits = match date.len() {
        4 | 7 | 10 => date.bytes().zip("dddd-dd-dd".bytes()).all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            _ => byte == form,
        }),
        _ => false,
    };
    if !fits {
        return None;
    }
    // Stores write the first of January where only the year is known, as month and day zero.
    let date = date.trim_end_matches("-00");
    match time {
        Some(time) if date.len() == 10 && !time.starts_with("00:00:00") => {
            let (clock, zone) = time.split_at(time.find(['Z', '+', '-', '.']).unwrap_or(time.len()));
            let zone = zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
            let shaped = clock.len() == 8 && clock.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
            shaped.then(|| format!("{date}T{clock}{zone}"))
        }
        _ => Some(date.to_owned()),
    }
}

//! Dates, differences, weekdays, time zones and working days.

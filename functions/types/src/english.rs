//! English words that more than one room reads or says.

/// The months, January first.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The number that one word names: "zero" to "nineteen", and the tens from "twenty" to "ninety".
#[must_use]
pub fn number(word: &str) -> Option<u8> {
    let small = SMALL.iter().position(|name| *name == word);
    let number = small.or_else(|| TENS.iter().position(|name| *name == word).map(|at| (at + 2) * 10))?;
    u8::try_from(number).ok()
}

const SMALL: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

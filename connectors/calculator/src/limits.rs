//! Every limit of the calculator: far below 50 ms of CPU and a 64 KiB stack, whatever is asked.

/// A longer question is prose with numbers in it, not a calculation.
pub(crate) const TEXT_BYTES_MAX: usize = 1024;
/// Numbers, words and signs of one question; each costs at most one operation.
pub(crate) const ATOMS_MAX: usize = 160;
/// Open parentheses and prefix operators at once: the parser's recursion.
pub(crate) const DEPTH_MAX: usize = 24;
/// Bits of a numerator or denominator; about 10,000 decimal digits.
pub(crate) const BITS_MAX: usize = 34_000;
/// The largest number whose factorial stays below [`BITS_MAX`].
pub(crate) const FACTORIAL_MAX: u32 = 3_000;
/// Decimal digits of a result that are written out; more are rounded and counted.
pub(crate) const DIGITS_SHOWN_MAX: usize = 1_000;
/// Digits of a number as typed.
pub(crate) const DIGITS_TYPED_MAX: usize = 600;
/// Decimal exponent of a number as typed (`1e400`).
pub(crate) const EXPONENT_TYPED_MAX: i32 = 3_000;
/// Decimal places a terminating fraction may have to be written out exactly.
pub(crate) const PLACES_EXACT_MAX: usize = 30;
/// Significant digits of a rounded result: what an `f64` holds without noise.
pub(crate) const SIGNIFICANT: usize = 12;
/// The largest number that is factored: trial division stays below a million steps.
pub(crate) const FACTOR_MAX: u64 = 1_000_000_000_000;

const _: () = assert!(DIGITS_TYPED_MAX * 4 < BITS_MAX && EXPONENT_TYPED_MAX as usize * 4 < BITS_MAX);

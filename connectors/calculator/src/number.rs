//! A result: exact, rounded, or none with the reason. Operations are total, so that an evaluation never stops midway.

use crate::limits::{BITS_MAX, FACTORIAL_MAX};
use dashu_base::{BitTest, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Why {
    DivisionByZero,
    ZeroToZero,
    TooLarge,
    /// The result is imaginary or complex; with the root where it is simple.
    NotReal(Option<String>),
    /// Whatever else a function says of its argument.
    Domain(&'static str),
}

/// A result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Num {
    Exact(RBig),
    Approx(f64),
    None(Why),
}

impl Num {
    pub(crate) fn integer(value: impl Into<IBig>) -> Self {
        Self::Exact(RBig::from(value.into()))
    }

    /// Keeps the bounds: nothing larger is ever computed with.
    pub(crate) fn exact(value: RBig) -> Self {
        if bits(&value) > BITS_MAX { Self::None(Why::TooLarge) } else { Self::Exact(value) }
    }

    pub(crate) fn approx(value: f64) -> Self {
        if value.is_nan() {
            Self::None(Why::NotReal(None))
        } else if value.is_infinite() {
            Self::None(Why::TooLarge)
        } else {
            Self::Approx(value)
        }
    }

    /// The nearest float; none for what has no value or is out of its range.
    pub(crate) fn float(&self) -> Option<f64> {
        match self {
            Self::Exact(value) => Some(value.to_f64().value()).filter(|float| float.is_finite()),
            Self::Approx(value) => Some(*value),
            Self::None(_) => None,
        }
    }

    pub(crate) fn rational(&self) -> Option<&RBig> {
        if let Self::Exact(value) = self { Some(value) } else { None }
    }

    /// The value as a whole number.
    pub(crate) fn whole(&self) -> Option<&IBig> {
        self.rational().filter(|value| value.is_int()).map(RBig::numerator)
    }

    pub(crate) fn small(&self) -> Option<u32> {
        self.whole().and_then(|value| u32::try_from(value.clone()).ok())
    }

    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Exact(value) => value.is_zero(),
            Self::Approx(value) => *value == 0.0,
            Self::None(_) => false,
        }
    }

    pub(crate) fn add(self, other: Self) -> Self {
        both(self, other, |a, b| Self::exact(a + b), |a, b| a + b)
    }

    pub(crate) fn sub(self, other: Self) -> Self {
        both(self, other, |a, b| Self::exact(a - b), |a, b| a - b)
    }

    pub(crate) fn mul(self, other: Self) -> Self {
        both(self, other, |a, b| Self::exact(a * b), |a, b| a * b)
    }

    pub(crate) fn div(self, other: Self) -> Self {
        if other.is_zero() && !matches!(self, Self::None(_)) {
            return Self::None(Why::DivisionByZero);
        }
        both(self, other, |a, b| Self::exact(a / b), |a, b| a / b)
    }

    /// The remainder that has the sign of the divisor, as in mathematics.
    pub(crate) fn modulo(self, other: Self) -> Self {
        if other.is_zero() && !matches!(self, Self::None(_)) {
            return Self::None(Why::DivisionByZero);
        }
        let exact = |a: RBig, b: RBig| {
            let times = RBig::from((&a / &b).floor());
            Self::exact(a - times * b)
        };
        both(self, other, exact, |a, b| a - b * libm::floor(a / b))
    }

    pub(crate) fn neg(self) -> Self {
        match self {
            Self::Exact(value) => Self::Exact(-value),
            Self::Approx(value) => Self::Approx(-value),
            none @ Self::None(_) => none,
        }
    }

    pub(crate) fn pow(self, exponent: Self) -> Self {
        match (self, exponent) {
            (none @ Self::None(_), _) | (_, none @ Self::None(_)) => none,
            (Self::Exact(base), Self::Exact(exponent)) => power(&base, &exponent),
            (base, exponent) => match (base.float(), exponent.float()) {
                (Some(base), Some(exponent)) => Self::approx(libm::pow(base, exponent)),
                _ => Self::None(Why::TooLarge),
            },
        }
    }

    pub(crate) fn root(self, degree: u32) -> Self {
        if degree == 0 {
            return Self::None(Why::DivisionByZero);
        }
        self.pow(Self::Exact(RBig::from_parts(IBig::ONE, UBig::from(degree))))
    }

    pub(crate) fn factorial(self) -> Self {
        let none = matches!(self, Self::None(_));
        match self.small() {
            Some(n) if n <= FACTORIAL_MAX => Self::Exact(RBig::from(product(1, u64::from(n)))),
            Some(_) => Self::None(Why::TooLarge),
            None if none => self,
            None if self.whole().is_some_and(Signed::is_positive) => Self::None(Why::TooLarge),
            None => Self::None(Why::Domain("the factorial is defined for whole numbers from 0")),
        }
    }
}

/// Size of the larger part.
pub(crate) fn bits(value: &RBig) -> usize {
    value.numerator().unsigned_abs().bit_len().max(value.denominator().bit_len())
}

/// `low * ... * high`, halved again and again so that factors stay of like size.
pub(crate) fn product(low: u64, high: u64) -> UBig {
    if high < low {
        return UBig::ONE;
    }
    if high - low < 8 {
        return (low..=high).fold(UBig::ONE, |product, factor| product * factor);
    }
    let middle = low + (high - low) / 2;
    product(low, middle) * product(middle + 1, high)
}

fn both(a: Num, b: Num, exact: impl FnOnce(RBig, RBig) -> Num, float: impl FnOnce(f64, f64) -> f64) -> Num {
    match (a, b) {
        (none @ Num::None(_), _) | (_, none @ Num::None(_)) => none,
        (Num::Exact(a), Num::Exact(b)) => exact(a, b),
        (a, b) => match (a.float(), b.float()) {
            (Some(a), Some(b)) => Num::approx(float(a, b)),
            _ => Num::None(Why::TooLarge),
        },
    }
}

fn power(base: &RBig, exponent: &RBig) -> Num {
    if base.is_zero() {
        return match exponent.numerator() {
            zero if zero.is_zero() => Num::None(Why::ZeroToZero),
            negative if negative.is_negative() => Num::None(Why::DivisionByZero),
            _ => Num::Exact(RBig::ZERO),
        };
    }
    if exponent.is_int() {
        return whole_power(base, exponent.numerator());
    }
    let Ok(degree) = usize::try_from(exponent.denominator().clone()) else { return float_power(base, exponent) };
    let negative = base.numerator().is_negative();
    if negative && degree.is_multiple_of(2) {
        let imaginary = (degree == 2 && exponent.numerator().is_one())
            .then(|| exact_root(&-base.clone(), 2))
            .flatten()
            .map(|root| if root.is_one() { "i".to_owned() } else { format!("{root}i") });
        return Num::None(Why::NotReal(imaginary));
    }
    let magnitude = if negative { -base.clone() } else { base.clone() };
    let sign = if negative && IBig::from(2) * (exponent.numerator() / IBig::from(2)) != *exponent.numerator() {
        -1
    } else {
        1
    };
    match exact_root(&magnitude, degree) {
        Some(root) => whole_power(&root, exponent.numerator()).mul(Num::integer(sign)),
        None => float_power(&magnitude, exponent).mul(Num::integer(sign)),
    }
}

fn whole_power(base: &RBig, exponent: &IBig) -> Num {
    let magnitude = base.numerator().unsigned_abs();
    if magnitude.is_one() && base.is_int() {
        let odd = exponent.bit(0);
        return Num::integer(if base.numerator().is_negative() && odd { -1 } else { 1 });
    }
    let Ok(times) = usize::try_from(exponent.unsigned_abs()) else { return Num::None(Why::TooLarge) };
    // One bit less than the size: `2^n` has n + 1 bits, and the bound is checked again once it is known.
    if (bits(base) - 1).saturating_mul(times) > BITS_MAX {
        return Num::None(Why::TooLarge);
    }
    let raised = RBig::from_parts(base.numerator().pow(times), base.denominator().pow(times));
    Num::exact(if exponent.is_negative() { RBig::ONE / raised } else { raised })
}

fn exact_root(value: &RBig, degree: usize) -> Option<RBig> {
    if degree > 64 {
        return value.is_one().then_some(RBig::ONE);
    }
    let of = |part: UBig| {
        let root = part.nth_root(degree);
        (root.pow(degree) == part).then_some(root)
    };
    Some(RBig::from_parts(of(value.numerator().unsigned_abs())?.into(), of(value.denominator().clone())?))
}

fn float_power(base: &RBig, exponent: &RBig) -> Num {
    match (Num::Exact(base.clone()).float(), Num::Exact(exponent.clone()).float()) {
        (Some(base), Some(exponent)) => Num::approx(libm::pow(base, exponent)),
        _ => Num::None(Why::TooLarge),
    }
}

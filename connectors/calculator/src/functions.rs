//! The functions: their names, what they take, and their values, exact wherever one exists.

use crate::number::{Num, Why, product};
use dashu_base::{Abs, BitTest, Gcd, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Root(u32),
    Sin,
    Cos,
    Tan,
    Cot,
    Sec,
    Csc,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    Ln,
    Log2,
    /// Base 10, unless a base is given.
    Log,
    Abs,
    Sign,
    Round,
    Floor,
    Ceil,
    Trunc,
    Square,
    Cube,
    Reciprocal,
    Factorial,
    Double,
    Triple,
    Sum,
    Product,
    Difference,
    Quotient,
    Average,
    Median,
    Min,
    Max,
    Gcd,
    Lcm,
    Choose,
    Permute,
    Hypot,
}

use Function as F;

/// Names of one word and of several; a following "of" belongs to them.
pub(crate) const NAMES: &[(&str, Function)] = &[
    ("sqrt", F::Root(2)),
    ("square root", F::Root(2)),
    ("sq root", F::Root(2)),
    ("squareroot", F::Root(2)),
    ("cbrt", F::Root(3)),
    ("cube root", F::Root(3)),
    ("cubed root", F::Root(3)),
    ("cubic root", F::Root(3)),
    ("sin", F::Sin),
    ("sine", F::Sin),
    ("cos", F::Cos),
    ("cosine", F::Cos),
    ("tan", F::Tan),
    ("tangent", F::Tan),
    ("cot", F::Cot),
    ("sec", F::Sec),
    ("csc", F::Csc),
    ("asin", F::Asin),
    ("arcsin", F::Asin),
    ("acos", F::Acos),
    ("arccos", F::Acos),
    ("atan", F::Atan),
    ("arctan", F::Atan),
    ("sinh", F::Sinh),
    ("cosh", F::Cosh),
    ("tanh", F::Tanh),
    ("exp", F::Exp),
    ("ln", F::Ln),
    ("natural log", F::Ln),
    ("natural logarithm", F::Ln),
    ("log", F::Log),
    ("log10", F::Log),
    ("logarithm", F::Log),
    ("log2", F::Log2),
    ("abs", F::Abs),
    ("absolute value", F::Abs),
    ("sign", F::Sign),
    ("round", F::Round),
    ("floor", F::Floor),
    ("ceil", F::Ceil),
    ("ceiling", F::Ceil),
    ("trunc", F::Trunc),
    ("square", F::Square),
    ("cube", F::Cube),
    ("reciprocal", F::Reciprocal),
    ("factorial", F::Factorial),
    ("double", F::Double),
    ("twice", F::Double),
    ("triple", F::Triple),
    ("thrice", F::Triple),
    ("sum", F::Sum),
    ("total", F::Sum),
    ("product", F::Product),
    ("difference between", F::Difference),
    ("difference", F::Difference),
    ("quotient", F::Quotient),
    ("average", F::Average),
    ("mean", F::Average),
    ("avg", F::Average),
    ("arithmetic mean", F::Average),
    ("median", F::Median),
    ("min", F::Min),
    ("minimum", F::Min),
    ("max", F::Max),
    ("maximum", F::Max),
    ("gcd", F::Gcd),
    ("gcf", F::Gcd),
    ("hcf", F::Gcd),
    ("greatest common divisor", F::Gcd),
    ("greatest common factor", F::Gcd),
    ("highest common factor", F::Gcd),
    ("lcm", F::Lcm),
    ("least common multiple", F::Lcm),
    ("lowest common multiple", F::Lcm),
    ("ncr", F::Choose),
    ("choose", F::Choose),
    ("binomial", F::Choose),
    ("npr", F::Permute),
    ("hypot", F::Hypot),
];

/// Whether commas inside `name(...)` separate arguments.
pub(crate) fn takes_list(name: &str) -> bool {
    NAMES.iter().any(|(known, function)| *known == name && function.is_list())
}

impl Function {
    /// Takes several arguments.
    pub(crate) fn is_list(self) -> bool {
        matches!(
            self,
            F::Sum
                | F::Product
                | F::Difference
                | F::Quotient
                | F::Average
                | F::Median
                | F::Min
                | F::Max
                | F::Gcd
                | F::Lcm
                | F::Choose
                | F::Permute
                | F::Hypot
        )
    }

    /// Whether a number may follow at once ("sqrt 16"); for everyday words ("floor 2", "cube 2") it needs "of" or parentheses.
    pub(crate) fn is_prefix(self) -> bool {
        !matches!(
            self,
            F::Sign
                | F::Round
                | F::Floor
                | F::Ceil
                | F::Trunc
                | F::Square
                | F::Cube
                | F::Exp
                | F::Reciprocal
                | F::Sum
                | F::Product
                | F::Difference
                | F::Quotient
                | F::Choose
                | F::Permute
                | F::Abs
        )
    }

    pub(crate) fn is_circular(self) -> bool {
        matches!(self, F::Sin | F::Cos | F::Tan | F::Cot | F::Sec | F::Csc)
    }

    /// The value of a function of one argument; `degrees` when the argument was given in them.
    pub(crate) fn of(self, x: Num, degrees: bool) -> Num {
        if let none @ Num::None(_) = x {
            return none;
        }
        match self {
            F::Root(degree) => x.root(degree),
            F::Abs => {
                if x.float().is_some_and(|x| x < 0.0) || x.rational().is_some_and(Signed::is_negative) {
                    x.neg()
                } else {
                    x
                }
            }
            F::Sign => Num::integer(x.float().map_or(1, |x| {
                if x > 0.0 {
                    1
                } else if x < 0.0 {
                    -1
                } else {
                    0
                }
            })),
            F::Round | F::Floor | F::Ceil | F::Trunc => self.rounded(&x),
            F::Square => x.clone().mul(x),
            F::Cube => x.clone().mul(x.clone()).mul(x),
            F::Reciprocal => Num::integer(1).div(x),
            F::Factorial => x.factorial(),
            F::Double => x.mul(Num::integer(2)),
            F::Triple => x.mul(Num::integer(3)),
            F::Ln | F::Log | F::Log2 => self.logarithm(&x),
            F::Sin | F::Cos | F::Tan | F::Cot | F::Sec | F::Csc => circular(self, &x, degrees),
            _ => self.float(&x),
        }
    }

    fn rounded(self, x: &Num) -> Num {
        let Some(exact) = x.rational().cloned().or_else(|| x.float().and_then(|x| RBig::try_from(x).ok())) else {
            return Num::None(Why::TooLarge);
        };
        let half = RBig::from_parts(IBig::ONE, UBig::from(2u8));
        Num::Exact(RBig::from(match self {
            F::Floor => exact.floor(),
            F::Ceil => exact.ceil(),
            F::Trunc => exact.trunc(),
            _ if exact.is_negative() => -(half - exact).floor(),
            _ => (exact + half).floor(),
        }))
    }

    fn logarithm(self, x: &Num) -> Num {
        let domain = Why::Domain("logarithms are defined for numbers above 0");
        if x.is_zero() || x.rational().is_some_and(Signed::is_negative) || x.float().is_some_and(|x| x < 0.0) {
            return Num::None(domain);
        }
        let base = match self {
            F::Log => 10,
            F::Log2 => 2,
            _ => return Num::approx(ln(x)),
        };
        log_of(x, &Num::integer(base))
    }

    fn float(self, x: &Num) -> Num {
        let Some(value) = x.float() else { return Num::None(Why::TooLarge) };
        if x.is_zero() && matches!(self, F::Asin | F::Atan | F::Sinh | F::Tanh) {
            return Num::integer(0);
        }
        if x.is_zero() && matches!(self, F::Exp | F::Cosh) {
            return Num::integer(1);
        }
        match self {
            F::Asin | F::Acos if !(-1.0..=1.0).contains(&value) => {
                Num::None(Why::Domain("it is defined for numbers from -1 to 1"))
            }
            F::Asin => Num::approx(libm::asin(value)),
            F::Acos => Num::approx(libm::acos(value)),
            F::Atan => Num::approx(libm::atan(value)),
            F::Sinh => Num::approx(libm::sinh(value)),
            F::Cosh => Num::approx(libm::cosh(value)),
            F::Tanh => Num::approx(libm::tanh(value)),
            F::Exp => Num::approx(libm::exp(value)),
            _ => Num::None(Why::Domain("it takes more than one number")),
        }
    }

    /// The value of a function of several arguments; nothing when their number is wrong.
    pub(crate) fn of_list(self, list: Vec<Num>) -> Option<Num> {
        if let Some(none) = list.iter().find(|num| matches!(num, Num::None(_))) {
            return Some(none.clone());
        }
        let count = list.len();
        let mut numbers = list.into_iter();
        let first = numbers.next()?;
        Some(match self {
            F::Sum => numbers.fold(first, Num::add),
            F::Product => numbers.fold(first, Num::mul),
            F::Average => numbers.fold(first, Num::add).div(Num::integer(count)),
            F::Difference if count == 2 => {
                let difference = first.sub(numbers.next()?);
                F::Abs.of(difference, false)
            }
            F::Quotient if count == 2 => first.div(numbers.next()?),
            F::Min => numbers.fold(first, |a, b| if less(&b, &a) { b } else { a }),
            F::Max => numbers.fold(first, |a, b| if less(&a, &b) { b } else { a }),
            F::Median => median(core::iter::once(first).chain(numbers).collect())?,
            F::Hypot => {
                let squares = numbers.fold(first.clone().mul(first), |sum, x| sum.add(x.clone().mul(x)));
                squares.root(2)
            }
            F::Gcd | F::Lcm => common(self, core::iter::once(first).chain(numbers)),
            F::Choose | F::Permute if count == 2 => select(self, &first, &numbers.next()?),
            _ => return None,
        })
    }
}

/// `log base` of `x`, exact when `x` is a whole power of the base.
pub(crate) fn log_of(x: &Num, base: &Num) -> Num {
    if let Num::None(_) = x {
        return x.clone();
    }
    let positive = |num: &Num| match num {
        Num::Exact(value) => value.is_positive() && !value.is_zero(),
        Num::Approx(value) => *value > 0.0,
        Num::None(_) => false,
    };
    if !positive(x) || !positive(base) || base.rational().is_some_and(RBig::is_one) {
        return Num::None(Why::Domain("logarithms are defined for numbers above 0, to a base above 0 other than 1"));
    }
    let estimate = ln(x) / ln(base);
    let nearest = libm::round(estimate);
    if libm::fabs(estimate - nearest) < 1e-9 && libm::fabs(nearest) < 40_000.0 && x.rational().is_some() {
        #[allow(clippy::cast_possible_truncation, reason = "checked above to be a small whole number")]
        let exponent = Num::integer(nearest as i64);
        if base.clone().pow(exponent.clone()) == *x {
            return exponent;
        }
    }
    Num::approx(estimate)
}

/// The natural logarithm, also of what is out of the range of floats.
fn ln(x: &Num) -> f64 {
    if let Some(value) = x.float().filter(|value| *value > 0.0) {
        return libm::log(value);
    }
    let part = |whole: &UBig| {
        let shift = whole.bit_len().saturating_sub(64);
        let top = (whole >> shift).to_f64().value();
        #[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
        let shift = shift as f64;
        libm::log(top) + shift * core::f64::consts::LN_2
    };
    x.rational().map_or(f64::NAN, |value| part(&value.numerator().unsigned_abs()) - part(value.denominator()))
}

fn circular(function: Function, x: &Num, degrees: bool) -> Num {
    if degrees && let Some(exact) = exact_circular(function, x) {
        return exact;
    }
    if x.is_zero() && matches!(function, F::Sin | F::Tan) {
        return Num::integer(0);
    }
    if x.is_zero() && matches!(function, F::Cot | F::Csc) {
        return Num::None(Why::DivisionByZero);
    }
    let x = if degrees { x.clone().modulo(Num::integer(360)) } else { x.clone() };
    let Some(value) = x.float() else { return Num::None(Why::TooLarge) };
    let angle = if degrees { value.to_radians() } else { value };
    let (sin, cos) = (snap(libm::sin(angle)), snap(libm::cos(angle)));
    let ratio = |top: f64, bottom: f64| {
        if bottom == 0.0 { Num::None(Why::DivisionByZero) } else { Num::approx(top / bottom) }
    };
    match function {
        F::Sin => whole(sin),
        F::Cos => whole(cos),
        F::Tan => ratio(sin, cos),
        F::Cot => ratio(cos, sin),
        F::Sec => ratio(1.0, cos),
        _ => ratio(1.0, sin),
    }
}

/// The rounding noise of pi is not part of `sin(pi)`.
fn snap(value: f64) -> f64 {
    if libm::fabs(value) < 4e-16 { 0.0 } else { value }
}

fn whole(value: f64) -> Num {
    if value == 0.0 { Num::integer(0) } else { Num::approx(value) }
}

/// Sines of multiples of 30 degrees and tangents of multiples of 45 are rational.
fn exact_circular(function: Function, x: &Num) -> Option<Num> {
    let degrees = x.clone().modulo(Num::integer(360)).small()?;
    let half = |sign: i32| Num::Exact(RBig::from_parts(IBig::from(sign), UBig::from(2u8)));
    let sin = |degrees: u32| {
        Some(match degrees % 360 {
            0 | 180 => Num::integer(0),
            30 | 150 => half(1),
            90 => Num::integer(1),
            210 | 330 => half(-1),
            270 => Num::integer(-1),
            _ => return None,
        })
    };
    let cos = |degrees: u32| sin(degrees + 90);
    let tan = |degrees: u32| {
        Some(match degrees % 180 {
            0 => Num::integer(0),
            45 => Num::integer(1),
            90 => Num::None(Why::DivisionByZero),
            135 => Num::integer(-1),
            _ => return None,
        })
    };
    match function {
        F::Sin => sin(degrees),
        F::Cos => cos(degrees),
        F::Tan => tan(degrees),
        F::Cot => tan(450 - degrees),
        F::Sec => Some(Num::integer(1).div(cos(degrees)?)),
        F::Csc => Some(Num::integer(1).div(sin(degrees)?)),
        _ => None,
    }
}

fn less(a: &Num, b: &Num) -> bool {
    match (a, b) {
        (Num::Exact(a), Num::Exact(b)) => a < b,
        _ => a.float().zip(b.float()).is_some_and(|(a, b)| a < b),
    }
}

fn median(mut list: Vec<Num>) -> Option<Num> {
    list.sort_by(|a, b| {
        if less(a, b) {
            core::cmp::Ordering::Less
        } else if less(b, a) {
            core::cmp::Ordering::Greater
        } else {
            core::cmp::Ordering::Equal
        }
    });
    let middle = list.len() / 2;
    let upper = list.get(middle)?.clone();
    if list.len() % 2 == 1 {
        return Some(upper);
    }
    Some(list.get(middle.checked_sub(1)?)?.clone().add(upper).div(Num::integer(2)))
}

fn common(function: Function, numbers: impl Iterator<Item = Num>) -> Num {
    let domain = Num::None(Why::Domain("it is defined for whole numbers"));
    let mut result: Option<UBig> = None;
    for number in numbers {
        let Some(next) = number.whole().map(|whole| whole.clone().abs().unsigned_abs()) else { return domain };
        result = Some(match result {
            None => next,
            Some(so_far) if so_far.is_zero() || next.is_zero() => {
                if function == F::Gcd {
                    so_far + next
                } else {
                    UBig::ZERO
                }
            }
            Some(so_far) => {
                let divisor = (&so_far).gcd(&next);
                if function == F::Gcd { divisor } else { so_far / divisor * next }
            }
        });
        if result.as_ref().is_some_and(|value| value.bit_len() > crate::limits::BITS_MAX) {
            return Num::None(Why::TooLarge);
        }
    }
    result.map_or(domain, |value| Num::exact(RBig::from(value)))
}

fn select(function: Function, n: &Num, k: &Num) -> Num {
    let (Some(n), Some(k)) = (n.small(), k.small()) else {
        return Num::None(Why::Domain("it is defined for whole numbers from 0"));
    };
    if k > n {
        return Num::integer(0);
    }
    let (n, k) = (u64::from(n), u64::from(k));
    let few = if function == F::Choose { k.min(n - k) } else { k };
    // `few` factors of at most 32 bits each.
    if few > 3_000 {
        return Num::None(Why::TooLarge);
    }
    let top = product(n - few + 1, n);
    Num::exact(RBig::from(if function == F::Choose { top / product(1, few) } else { top }))
}

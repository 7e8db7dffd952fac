//! Tokens to a value: a grammar of binding powers that evaluates as it reads, so that nothing is built that could be deep.
//!
//! `-2^2` is -4, `2^3^2` is 2^9, `240 + 15%` adds 15 percent of 240, `15% of 240` multiplies, `2pi` and `3(4+5)` multiply.

use crate::functions::{Function, log_of};
use crate::limits::DEPTH_MAX;
use crate::number::Num;
use crate::vocabulary::{Constant, Token};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use Token as T;

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub(crate) num: Num,
    /// A bare percentage: "15%".
    pub(crate) percent: bool,
    degrees: bool,
    /// A share such as "half" or `1/2`, which may stand before "of".
    share: bool,
}

/// A value and what reading it showed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) value: Value,
    /// Operators and functions; without one, nothing was calculated.
    pub(crate) operations: usize,
    /// An angle without a unit was taken as radians.
    pub(crate) radians: bool,
    /// Only a constant such as pi.
    pub(crate) constant: bool,
}

/// Evaluates all of `tokens`, or gives nothing when they are no expression.
pub(crate) fn evaluate(tokens: &[Token]) -> Option<Outcome> {
    let mut parser = Parser { tokens, at: 0, depth: 0, operations: 0, radians: false };
    let value = parser.expression(0)?;
    let constant = matches!(tokens, [T::Constant(_)]);
    (parser.at == tokens.len()).then_some(Outcome {
        value,
        operations: parser.operations,
        radians: parser.radians,
        constant,
    })
}

const SUM: u8 = 10;
const TERM: u8 = 20;
const PREFIX: u8 = 25;
const POWER: u8 = 30;

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
    operations: usize,
    radians: bool,
}

impl Value {
    fn plain(num: Num) -> Self {
        Self { num, percent: false, degrees: false, share: false }
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expression(&mut self, power_min: u8) -> Option<Value> {
        if self.depth >= DEPTH_MAX {
            return None;
        }
        self.depth += 1;
        let mut left = self.operand()?;
        while let Some(token) = self.peek().cloned() {
            if let Some(value) = self.postfix(&left, &token)? {
                left = value;
                continue;
            }
            let Some((power, taken)) = infix(&token, self.implicit(&token)) else { break };
            if power < power_min {
                break;
            }
            if token == T::Of && !left.percent && !left.share {
                return None;
            }
            self.at += taken;
            self.operations += 1;
            // Powers group to the right; a sign binds tighter than a product on their right side: `2^-1`.
            let right = self.expression(if token == T::Power { POWER } else { power + 1 })?;
            left = apply(&token, left, right);
        }
        self.depth -= 1;
        Some(left)
    }

    /// Whether `token` after a value multiplies it without a sign: `2pi`, `3(4+5)`, `2 sqrt(3)`; never `2 3`.
    fn implicit(&self, token: &Token) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        match token {
            T::Constant(_) | T::Open => true,
            T::Function(function) => {
                function.is_prefix() && !function.is_list() && !matches!(before, Some(T::Constant(_)))
            }
            _ => false,
        }
    }

    /// The value after a postfix sign; `Some(None)` when `token` is none.
    #[allow(clippy::option_option, reason = "no expression, no postfix, a value: three different things")]
    fn postfix(&mut self, left: &Value, token: &Token) -> Option<Option<Value>> {
        let num = left.num.clone();
        let value = match token {
            T::Bang => Value::plain(num.factorial()),
            T::Squared(power) => Value::plain(num.pow(Num::integer(*power))),
            T::Percent { loose } => {
                let operand_next = matches!(self.tokens.get(self.at + 1), Some(T::Number(_) | T::Open));
                if operand_next {
                    // "17 % 5" is a remainder; "15% 240" is nothing.
                    return if *loose || self.tight_modulo() { Some(None) } else { None };
                }
                Value { percent: true, ..Value::plain(num.div(Num::integer(100))) }
            }
            T::Degrees if !left.degrees => Value { degrees: true, ..Value::plain(num) },
            // Radians are plain numbers.
            T::Radians => Value::plain(num),
            _ => return Some(None),
        };
        self.at += 1;
        self.operations += usize::from(matches!(token, T::Bang | T::Squared(_)));
        Some(Some(value))
    }

    /// `17%(5)`: nothing but a remainder.
    fn tight_modulo(&self) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(T::Open))
    }

    fn operand(&mut self) -> Option<Value> {
        let token = self.peek()?.clone();
        self.at += 1;
        match token {
            T::Number(value) => {
                let share = value < RBig::ONE || matches!(self.peek(), Some(T::Over));
                Some(Value { share, ..Value::plain(Num::exact(value)) })
            }
            T::Constant(constant) => Some(Value::plain(constant_value(constant))),
            T::Share(bottom) => {
                let share = Num::Exact(RBig::from_parts(IBig::ONE, UBig::from(bottom)));
                matches!(self.peek(), Some(T::Of)).then(|| Value { share: true, ..Value::plain(share) })
            }
            T::Minus => {
                self.operations += usize::from(!matches!(self.peek(), Some(T::Number(_))));
                let value = self.expression(PREFIX)?;
                Some(Value { num: value.num.neg(), ..value })
            }
            T::Plus => self.expression(PREFIX),
            T::Open => {
                let value = self.expression(0)?;
                self.eat(&T::Close).then_some(Value {
                    share: true,
                    percent: value.percent,
                    degrees: value.degrees,
                    num: value.num,
                })
            }
            T::Function(function) => self.call(function),
            _ => None,
        }
    }

    fn call(&mut self, function: Function) -> Option<Value> {
        self.operations += 1;
        if function == Function::Log && self.eat(&T::Base) {
            let base = self.expression(PREFIX)?;
            let _ = self.eat(&T::Of);
            let value = self.expression(PREFIX)?;
            return Some(Value::plain(log_of(&value.num, &base.num)));
        }
        // `sin^2(x)` and the like.
        let exponent = if self.peek() == Some(&T::Power) && function.is_circular() {
            self.at += 1;
            let Some(T::Number(power)) = self.peek().cloned() else { return None };
            self.at += 1;
            Some(Num::exact(power))
        } else {
            None
        };
        let of = self.eat(&T::Of);
        let value = if function.is_list() {
            let list = self.list(of || function.is_prefix())?;
            Value::plain(function.of_list(list)?)
        } else {
            let open = self.peek() == Some(&T::Open);
            if !open && !of && !function.is_prefix() {
                return None;
            }
            let argument = if open { self.operand()? } else { self.expression(PREFIX)? };
            let degrees = argument.degrees || (self.eat(&T::Degrees));
            let written = self.tokens.get(..self.at).unwrap_or_default();
            let circle =
                written.iter().any(|token| matches!(token, T::Radians | T::Constant(Constant::Pi | Constant::Tau)));
            self.radians |= function.is_circular() && !degrees && !circle && !argument.num.is_zero();
            Value::plain(function.of(argument.num, degrees))
        };
        Some(match exponent {
            Some(exponent) => Value::plain(value.num.pow(exponent)),
            None => value,
        })
    }

    /// `(3, 4, 5)`, "3, 4 and 5" or "3 4 5"; a bare list has at least two.
    fn list(&mut self, bare: bool) -> Option<Vec<Num>> {
        let open = self.eat(&T::Open);
        if !open && !bare {
            return None;
        }
        let mut list = Vec::new();
        loop {
            list.push(self.expression(0)?.num);
            let comma = self.eat(&T::Comma);
            let and = self.eat(&T::And);
            let next = !open && matches!(self.peek(), Some(T::Number(_)));
            if !comma && !and && !next {
                break;
            }
        }
        (if open { self.eat(&T::Close) } else { list.len() > 1 }).then_some(list)
    }
}

/// Binding power of an operator between two values, and the tokens it takes.
fn infix(token: &Token, implicit: bool) -> Option<(u8, usize)> {
    match token {
        T::Plus | T::Minus => Some((SUM, 1)),
        T::Times | T::Over | T::Of | T::Modulo | T::Choose(_) | T::Percent { .. } => Some((TERM, 1)),
        T::Power => Some((POWER, 1)),
        _ if implicit => Some((TERM, 0)),
        _ => None,
    }
}

fn apply(token: &Token, left: Value, right: Value) -> Value {
    let both_percent = left.percent && right.percent;
    match token {
        T::Plus | T::Minus => {
            // What people mean by "240 + 15%".
            let amount = if right.percent && !left.percent { left.num.clone().mul(right.num) } else { right.num };
            let num = if *token == T::Plus { left.num.add(amount) } else { left.num.sub(amount) };
            Value { percent: both_percent, ..Value::plain(num) }
        }
        T::Over => Value { share: true, ..Value::plain(left.num.div(right.num)) },
        T::Modulo | T::Percent { .. } => Value::plain(left.num.modulo(right.num)),
        T::Power => Value::plain(left.num.pow(right.num)),
        T::Choose(function) => {
            Value::plain(function.of_list(vec![left.num, right.num]).unwrap_or_else(|| Num::integer(0)))
        }
        _ => Value { degrees: right.degrees, ..Value::plain(left.num.mul(right.num)) },
    }
}

fn constant_value(constant: Constant) -> Num {
    Num::Approx(match constant {
        Constant::Pi => core::f64::consts::PI,
        Constant::E => core::f64::consts::E,
        Constant::Tau => core::f64::consts::TAU,
        Constant::GoldenRatio => 1.618_033_988_749_895,
    })
}

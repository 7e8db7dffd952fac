//! Calculations said in a sentence rather than in operators: "what percent of 80 is 20", "increase 50 by 10%".

use crate::number::Num;
use crate::parse;
use crate::scan::Atom;
use crate::vocabulary;

/// What a sentence asks of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The first part as a percentage of the second.
    Share,
    /// The same, said the other way round.
    ShareOf,
    /// From the first to the second, in percent.
    Change,
    Increase,
    Decrease,
    /// The first percentage, added to or taken from the second part.
    More,
    Less,
    /// Both the percentage and the total.
    Tip,
    /// The first is the second, a percentage, of what?
    WholeOf,
    /// The second percentage of what is the first?
    PartIs,
    Add,
    Subtract,
    Multiply,
    Divide,
    /// The second divided by the first.
    GoesInto,
    Remainder,
}

use Form as F;

/// `{}` stands for a part; `a|b` for either word. Earlier ones win.
const PATTERNS: &[(&str, Form)] = &[
    ("percent of {} is|are {}", F::ShareOf),
    ("what percent of {} is|are {}", F::ShareOf),
    ("what percent is|are {} of|from {}", F::Share),
    ("percent is|are {} of {}", F::Share),
    ("{} is|are what percent of {}", F::Share),
    ("{} is|are how many percent of {}", F::Share),
    ("how many percent of {} is|are {}", F::ShareOf),
    ("{} as a percent of {}", F::Share),
    ("{} as percent of {}", F::Share),
    ("{} out of {} as|in a percent", F::Share),
    ("{} out of {} as|in percent", F::Share),
    ("percent change|increase|decrease|difference from|between {} to|and {}", F::Change),
    ("percent of change|increase|decrease from|between {} to|and {}", F::Change),
    ("increase|raise|grow {} by {}", F::Increase),
    ("{} increased by {}", F::Increase),
    ("decrease|reduce|lower|discount {} by {}", F::Decrease),
    ("{} decreased|reduced|discounted by {}", F::Decrease),
    ("{} more than {}", F::More),
    ("{} less than {}", F::Less),
    ("{} off of {}", F::Less),
    ("{} off {}", F::Less),
    ("{} discount on|for {}", F::Less),
    ("{} tip|gratuity on|for|of a {} bill", F::Tip),
    ("{} tip|gratuity on|for|of {} bill", F::Tip),
    ("{} tip|gratuity|tax|vat on|for|of {}", F::Tip),
    ("{} is|are {} of what|which number", F::WholeOf),
    ("{} is|are {} of what|which", F::WholeOf),
    ("{} of what|which number is|equals {}", F::PartIs),
    ("{} of what|which is|equals {}", F::PartIs),
    ("add {} to|and|with {}", F::Add),
    ("subtract|deduct {} from {}", F::Subtract),
    ("multiply {} by|with|and|times {}", F::Multiply),
    ("divide {} by {}", F::Divide),
    ("{} split|shared between|among|by|in {} ways|people|parts", F::Divide),
    ("{} split|shared between|among|by|in {}", F::Divide),
    ("how many times does|do|will|can {} go into|in {}", F::GoesInto),
    ("remainder of|when|if {} is divided by {}", F::Remainder),
    ("remainder of|when|if {} divided by {}", F::Remainder),
    ("remainder of|when dividing {} by {}", F::Remainder),
];

/// A sentence that was understood.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    pub(crate) form: Form,
    pub(crate) result: Num,
    /// Both parts as their atoms.
    pub(crate) first: (usize, usize),
    pub(crate) second: (usize, usize),
    pub(crate) values: (Num, Num),
}

/// The first pattern that fits and whose parts are expressions.
pub(crate) fn read(atoms: &[Atom], language: &str) -> Option<Said> {
    PATTERNS.iter().find_map(|(pattern, form)| {
        let parts = fit(atoms, &pattern.split(' ').collect::<Vec<_>>(), 0)?;
        let [first, second] = *parts.as_slice() else { return None };
        let value = |(start, end): (usize, usize)| {
            parse::evaluate(&vocabulary::tokens(atoms.get(start..end)?, language)?).map(|outcome| outcome.value)
        };
        let (a, b) = (value(first)?, value(second)?);
        let result = result(*form, &a, &b)?;
        Some(Said { form: *form, result, first, second, values: (a.num, b.num) })
    })
}

/// Where the parts are, in the order of the sentence.
fn fit(atoms: &[Atom], pattern: &[&str], at: usize) -> Option<Vec<(usize, usize)>> {
    let Some((word, rest)) = pattern.split_first() else { return (at == atoms.len()).then(Vec::new) };
    if *word != "{}" {
        let atom = atoms.get(at)?;
        return word.split('|').any(|word| atom.is(word)).then(|| fit(atoms, rest, at + 1))?;
    }
    ((at + 1)..=atoms.len()).find_map(|end| {
        let mut parts = fit(atoms, rest, end)?;
        parts.insert(0, (at, end));
        Some(parts)
    })
}

fn result(form: Form, first: &parse::Value, second: &parse::Value) -> Option<Num> {
    let (a, b) = (first.num.clone(), second.num.clone());
    let hundred = || Num::integer(100);
    Some(match form {
        F::Share if !first.percent && !second.percent => a.mul(hundred()).div(b),
        F::ShareOf if !first.percent && !second.percent => b.mul(hundred()).div(a),
        F::Change => b.sub(a.clone()).mul(hundred()).div(a),
        F::Increase if second.percent => a.clone().add(a.mul(b)),
        F::Decrease if second.percent => a.clone().sub(a.mul(b)),
        F::Increase | F::Add => a.add(b),
        F::Decrease => a.sub(b),
        F::More if first.percent => b.clone().add(b.mul(a)),
        F::Less if first.percent => b.clone().sub(b.mul(a)),
        F::More => b.add(a),
        F::Less => b.sub(a),
        F::Tip if first.percent => a.mul(b),
        F::WholeOf if second.percent => a.div(b),
        F::PartIs if first.percent => b.div(a),
        F::Subtract => b.sub(a),
        F::Multiply => a.mul(b),
        F::Divide => a.div(b),
        F::GoesInto => b.div(a),
        F::Remainder => a.modulo(b),
        F::Share | F::ShareOf | F::Tip | F::WholeOf | F::PartIs => return None,
    })
}

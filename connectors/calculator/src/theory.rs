//! Questions about one whole number: its factors, whether it is prime, how the Romans wrote it.

use crate::limits::FACTOR_MAX;
use crate::scan::Atom;

/// A statement about a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stated {
    pub(crate) subject: String,
    pub(crate) property: &'static str,
    /// The sentence is the subject, `verb` and this.
    pub(crate) value: String,
    pub(crate) verb: &'static str,
    pub(crate) boolean: Option<bool>,
}

/// "is 97 prime", "prime factors of 84", "factors of 90", "factorize 360".
pub(crate) fn read(atoms: &[Atom]) -> Option<Stated> {
    let mut numbers = atoms.iter().filter_map(Atom::number);
    let number = numbers.next().filter(|number| number.is_int())?;
    let n = u64::try_from(number.numerator().clone()).ok().filter(|n| (1..=FACTOR_MAX).contains(n))?;
    if numbers.next().is_some() {
        return None;
    }
    let words: Vec<&str> =
        atoms.iter().map(|atom| if atom.number().is_some() { "#" } else { atom.text.as_str() }).collect();
    match words.join(" ").trim_end_matches(" ?") {
        "is # prime" | "is # a prime" | "is # a prime number" | "is # prime number" => Some(prime(n)),
        "prime factors of #"
        | "# prime factors"
        | "factorize #"
        | "factorise #"
        | "# prime factorize"
        | "prime factorization of #"
        | "prime factorisation of #"
        | "prime factorize #"
        | "what are prime factors of #"
        | "what is prime factorization of #" => Some(Stated {
            subject: n.to_string(),
            property: "prime factors",
            value: product(n),
            verb: "=",
            boolean: None,
        }),
        "factors of #" | "divisors of #" | "# factors" | "what are factors of #" | "what are divisors of #" => {
            let list: Vec<String> = divisors(n).iter().map(u64::to_string).collect();
            Some(Stated {
                subject: format!("factors of {n}"),
                property: "factors",
                value: list.join(", "),
                verb: "are",
                boolean: None,
            })
        }
        _ => None,
    }
}

fn prime(n: u64) -> Stated {
    let is = n > 1 && factors(n) == [(n, 1)];
    let value = match (is, n) {
        (true, _) => "a prime number".to_owned(),
        (false, 1) => "not a prime number".to_owned(),
        (false, _) => format!("not a prime number: {n} = {}", product(n)),
    };
    Stated { subject: n.to_string(), property: "prime", value, verb: "is", boolean: Some(is) }
}

/// Prime factors with their powers, by trial division up to a million.
fn factors(mut n: u64) -> Vec<(u64, u32)> {
    let mut found = Vec::new();
    let mut divisor = 2;
    while divisor * divisor <= n {
        let mut power = 0;
        while n.is_multiple_of(divisor) {
            n /= divisor;
            power += 1;
        }
        if power > 0 {
            found.push((divisor, power));
        }
        divisor += if divisor == 2 { 1 } else { 2 };
    }
    if n > 1 {
        found.push((n, 1));
    }
    found
}

fn product(n: u64) -> String {
    let parts: Vec<String> = factors(n)
        .iter()
        .map(|(prime, power)| if *power == 1 { prime.to_string() } else { format!("{prime}^{power}") })
        .collect();
    if parts.is_empty() { n.to_string() } else { parts.join(" × ") }
}

fn divisors(n: u64) -> Vec<u64> {
    let mut all = vec![1];
    for (prime, power) in factors(n) {
        let so_far = all.clone();
        let mut times = 1;
        for _ in 0..power {
            times *= prime;
            all.extend(so_far.iter().map(|divisor| divisor * times));
        }
    }
    all.sort_unstable();
    all
}

/// Roman numerals, from 1 to 3999.
pub(crate) fn roman(mut n: u32) -> Option<String> {
    const SIGNS: &[(u32, &str)] = &[
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..4000).contains(&n) {
        return None;
    }
    let mut text = String::new();
    for (value, sign) in SIGNS {
        while n >= *value {
            text.push_str(sign);
            n -= value;
        }
    }
    Some(text)
}

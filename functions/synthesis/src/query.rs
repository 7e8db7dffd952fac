//! What has to be covered: the weighted words of a question and the kind of answer it wants.
//!
//! Takes question, intent and the lexer of its language; gives terms, each known as part of the subject, of a property,
//! or of the focus ("how many *points*"), and the expected answer. Fails never. Limits: [`TERMS_MAX`] terms.

use zero_types::prelude::*;

use crate::text::{self, Class, Lexer, Term, Token};

/// A question is a sentence or a few; more terms would only cost time.
pub(crate) const TERMS_MAX: usize = 40;

/// What kind of words can be the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Person,
    Place,
    /// A name of anything.
    Name,
    Date,
    Number,
    Money,
    Duration,
    Reason,
    Boolean,
    /// Anything.
    Text,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct QueryTerm {
    pub(crate) term: Term,
    pub(crate) root: Term,
    /// Share of what the question says; set by [`Query::weigh`].
    pub(crate) weight: f32,
    class: Class,
    pub(crate) subject: bool,
    /// Which of the asked properties it belongs to.
    pub(crate) property: Option<usize>,
    /// Stands right after "how many", "which", "what".
    pub(crate) focus: bool,
    /// A name or a number: what answers about another one is no answer.
    pub(crate) name: bool,
}

pub(crate) struct Query {
    pub(crate) terms: Vec<QueryTerm>,
    pub(crate) wanted: Wanted,
    /// Asks what or who the subject is, and nothing else of it.
    pub(crate) definition: bool,
    /// Instructions were asked for, so the imperative is welcome.
    pub(crate) steps: bool,
    /// Every noun has a capital, so that a capital makes no name.
    pub(crate) nouns_are_capital: bool,
    /// Neighbouring words of the question.
    pub(crate) pairs: Vec<(Term, Term)>,
}

impl Query {
    pub(crate) fn new(question: &Question, intent: &Intent, lexer: &Lexer) -> Self {
        let tokens = lexer.tokens(&question.text);
        let subject: Vec<Term> = intent.subject.as_deref().map(|s| content(lexer, s)).unwrap_or_default();
        let properties: Vec<Vec<Term>> = intent.properties.iter().map(|p| content(lexer, p)).collect();
        let focus = focus(&question.text, &tokens);
        let mut terms: Vec<QueryTerm> = Vec::new();
        let mut add = |token: &Token, focus: bool| {
            let known = terms.iter().any(|known| known.term == token.term);
            if !known && token.class != Class::Stop && terms.len() < TERMS_MAX {
                terms.push(QueryTerm {
                    term: token.term,
                    root: token.root,
                    weight: 1.0,
                    class: token.class,
                    subject: subject.contains(&token.term),
                    property: properties.iter().position(|property| property.contains(&token.term)),
                    focus,
                    name: token.digit || (token.capital && token.start > 0),
                });
            }
        };
        for (at, token) in tokens.iter().enumerate() {
            add(token, Some(at) == focus);
        }
        // The subject may stand in an earlier turn only; keywords help where every word of the question is a stop word.
        for extra in intent.subject.iter().chain(if tokens.is_empty() { &[] } else { intent.keywords.as_slice() }) {
            for token in lexer.tokens(extra) {
                add(&token, false);
            }
        }
        let inner: Vec<&Token> = tokens.iter().filter(|token| token.class != Class::Stop).collect();
        let pairs = inner.windows(2).filter_map(|pair| Some((pair.first()?.term, pair.last()?.term))).collect();
        let wanted = wanted(&question.text, intent);
        let definition = defines(&question.text, intent, &terms);
        let steps = matches!(intent.kind, Kind::HowTo | Kind::Code) || text::key(&question.text).starts_with("how to ");
        let language = question.language.as_deref().unwrap_or(&intent.language);
        let nouns_are_capital = matches!(language.split('-').next(), Some("de" | "lb"));
        Self { terms, wanted, definition, steps, nouns_are_capital, pairs }
    }

    /// The same query without words that only say where to look ("arxiv papers about ..."): names of the sources that
    /// were asked, and what they hold.
    pub(crate) fn without_places(mut self, findings: &[Finding], intent: &Intent, lexer: &Lexer) -> Self {
        const PAPERS: &str = "paper papers article articles preprint preprints publication publications study studies";
        let mut places: Vec<Term> = findings.iter().flat_map(|finding| content(lexer, &finding.source_name)).collect();
        if intent.kind == Kind::Academic {
            places.extend(content(lexer, PAPERS));
        }
        let kept = |term: &QueryTerm| term.subject || !places.contains(&term.term);
        if self.terms.iter().any(kept) {
            self.terms.retain(kept);
        }
        self
    }

    /// The same query about one of the asked properties: the others are not missed.
    pub(crate) fn about(&self, property: usize) -> Self {
        let terms = self.terms.iter().filter(|term| term.property.is_none_or(|of| of == property)).copied().collect();
        Self { terms, pairs: self.pairs.clone(), ..*self }
    }

    /// Sets the weights: a word that few of the found sentences have says more, a common word little.
    pub(crate) fn weigh(&mut self, sentences: usize, containing: &[usize]) {
        let share = |count: usize| {
            let n = f32::from(u16::try_from(sentences).unwrap_or(u16::MAX));
            let df = f32::from(u16::try_from(count).unwrap_or(u16::MAX)).min(n);
            (1.0 + (n - df + 0.5) / (df + 0.5)).ln() / (1.0 + (n + 0.5) / 0.5).ln()
        };
        for (at, term) in self.terms.iter_mut().enumerate() {
            let idf = 0.35 + 0.65 * share(containing.get(at).copied().unwrap_or(0));
            term.weight = match term.class {
                Class::Stop => 0.0,
                Class::Common => 0.3 * idf,
                Class::Content if term.name => 1.3 * idf,
                Class::Content if term.focus => 0.6 * idf,
                Class::Content => idf,
            };
        }
        let total: f32 = self.terms.iter().map(|term| term.weight).sum();
        if total > 0.0 {
            self.terms.iter_mut().for_each(|term| term.weight /= total);
        }
    }
}

fn content(lexer: &Lexer, text: &str) -> Vec<Term> {
    lexer.tokens(text).into_iter().filter(|token| token.class != Class::Stop).map(|token| token.term).collect()
}

/// The noun that the answer is one of: the last of the run after "how many", "which" or "what".
fn focus(text: &str, tokens: &[Token]) -> Option<usize> {
    const ASKING: [&str; 12] = [
        "many", "which", "what", "welche", "welcher", "welches", "viele", "quel", "quelle", "cual", "cuantos", "quanti",
    ];
    let asking = tokens.iter().position(|token| ASKING.contains(&text::fold(token.of(text)).as_ref()))?;
    let run = tokens
        .iter()
        .enumerate()
        .skip(asking + 1)
        .take_while(|(_, token)| token.class != Class::Stop || token.of(text) == "of");
    run.take(3).map(|(at, _)| at).next()
}

/// What kind of answer the form of the question asks for; the intent knows best where it is definite.
fn wanted(text: &str, intent: &Intent) -> Wanted {
    match intent.expects {
        AnswerType::Person => return Wanted::Person,
        AnswerType::Place => return Wanted::Place,
        AnswerType::Organisation => return Wanted::Name,
        AnswerType::Date | AnswerType::Time => return Wanted::Date,
        AnswerType::Number | AnswerType::Quantity => return Wanted::Number,
        AnswerType::Money => return Wanted::Money,
        AnswerType::Duration => return Wanted::Duration,
        AnswerType::Boolean => return Wanted::Boolean,
        AnswerType::Text | AnswerType::ListOf | AnswerType::Code | AnswerType::Url => {}
    }
    let key = format!(" {} ", text::key(text));
    ASKS.iter()
        .filter_map(|(phrases, wanted)| {
            let at = phrases.split('|').filter_map(|phrase| key.find(&format!(" {phrase} "))).min()?;
            Some((at, *wanted))
        })
        .min_by_key(|(at, _)| *at)
        .map_or(Wanted::Text, |(_, wanted)| wanted)
}

/// Phrases that ask, by what they ask for.
const ASKS: &[(&str, Wanted)] = &[
    (
        "who|whom|whose|which person|what person|which president|what president|what actor|which actor|what actress|\
      which singer|what artist|wer|wem|wen|qui|quien|quienes|chi|quem|wie heet",
        Wanted::Person,
    ),
    (
        "when|what year|which year|what date|which date|what day|which day|what month|which month|what century|what decade|\
      what time|what years|wann|quand|cuando|quando|wanneer",
        Wanted::Date,
    ),
    (
        "where|what city|which city|what country|which country|what state|which state|what location|what continent|\
      which continent|what town|what county|what place|what region|what river|wo|wohin|donde|dove|onde|waar",
        Wanted::Place,
    ),
    (
        "how many|how tall|how high|how big|how large|how far|how deep|how heavy|how fast|how wide|how old|what percentage|\
      what percent|which percentage|what number|what fraction|what proportion|what age|what temperature|what population|\
      how often|how few|wie viele|wieviele|wie viel|wie hoch|combien|cuantos|cuantas|quanti|quantos|hoeveel",
        Wanted::Number,
    ),
    ("how much money|what price|how much did|what cost", Wanted::Money),
    ("how much", Wanted::Number),
    ("how long", Wanted::Duration),
    ("why|for what reason|warum|pourquoi|por que|perche|waarom", Wanted::Reason),
    (
        "what company|which company|what team|which team|what university|which university|what organization|\
      which organization|what group|what band|what church|what school|which school|what network|what newspaper|\
      what language|which language|what is the name|what was the name|what book|what film|what movie|what magazine",
        Wanted::Name,
    ),
];

/// "What is X", "Who was X", "define X": nothing is asked but the subject itself.
fn defines(text: &str, intent: &Intent, terms: &[QueryTerm]) -> bool {
    if !intent.properties.is_empty() {
        return false;
    }
    let key = text::key(text);
    let opened = [
        "what is ",
        "what are ",
        "what s ",
        "what's ",
        "who is ",
        "who was ",
        "who are ",
        "define ",
        "was ist ",
        "wer ist ",
        "was sind ",
        "qui est ",
        "que es ",
        "quien es ",
        "cos e ",
        "what was ",
        "what were ",
    ]
    .iter()
    .find_map(|opening| key.strip_prefix(opening));
    let short = opened
        .is_some_and(|rest| rest.split(' ').count() <= 5 && !rest.split(' ').any(|word| RELATING.contains(&word)));
    short || (intent.kind == Kind::Definition && (opened.is_some() || terms.iter().all(|term| term.subject)))
}

const RELATING: [&str; 13] = ["of", "in", "on", "for", "by", "did", "do", "that", "which", "at", "from", "with", "s"];

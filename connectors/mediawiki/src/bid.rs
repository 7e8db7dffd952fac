//! How sure this connector is that a wiki can answer: what the wiki is for, the kind of question, and the language.

use crate::settings::{Role, Settings};
use zero_connector_sdk::{Intent, Kind, Question, Source};

/// Of a question whose kind is unknown, to an encyclopaedia.
const BY_TEXT: f32 = 0.45;
/// What is left when the wiki is written in another language than the question.
const OTHER_LANGUAGE: f32 = 0.1;
/// When the asker reads the wiki's language but asked in another.
const ASKERS_LANGUAGE: f32 = 0.6;

pub(crate) fn bid(source: &Source, settings: &Settings, question: &Question, intent: &Intent) -> f32 {
    let text = question.text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let called = settings.cues.iter().any(|cue| says(&text, &words, cue))
        || cues(settings.role).split_whitespace().any(|cue| says(&text, &words, cue));
    let named = says(&text, &words, &source.name.to_lowercase());
    let role = of_role(settings.role, called, named, intent, lean(&text, &words));
    (role * language(source, settings, question, intent)).clamp(0.0, 1.0)
}

fn of_role(role: Role, called: bool, named: bool, intent: &Intent, lean: Option<Kind>) -> f32 {
    // The intent's kind as far as it is certain; beyond that, what the text itself shows.
    let certainty = if intent.kind == Kind::Other { 0.0 } else { intent.certainty.clamp(0.0, 1.0) };
    let blend = |of_kind: &dyn Fn(Kind) -> f32, unknown: f32| {
        let by_text = lean.map_or(unknown, of_kind);
        certainty * of_kind(intent.kind) + (1.0 - certainty) * by_text
    };
    let topic = |names: &[&str]| intent.topics.iter().any(|topic| names.contains(&topic.name.as_str()));
    let raised = |base: f32, cued: f32| {
        if named {
            cued.max(0.85)
        } else if called {
            cued
        } else {
            base
        }
    };
    let computed = blend(&computed, 1.0);
    match role {
        Role::Encyclopedia => {
            let base = blend(&encyclopedia, BY_TEXT);
            if named { base.max(0.7) } else { base }
        }
        Role::Dictionary => computed * raised(0.05, 0.75),
        Role::Travel => computed * raised(if topic(&["travel"]) { 0.4 } else { 0.04 }, 0.65),
        Role::Quotes => computed * raised(0.03, 0.7),
        Role::News => blend(&|kind| if kind == Kind::News { 1.0 } else { 0.2 }, 0.6) * raised(0.05, 0.7),
        Role::Textbooks => computed * raised(if topic(&["education"]) { 0.2 } else { 0.03 }, 0.5),
        Role::Species => computed * raised(if topic(&["biology", "nature"]) { 0.15 } else { 0.03 }, 0.6),
        Role::Special => computed * raised(0.02, 0.75),
    }
}

/// What an encyclopaedia knows.
fn encyclopedia(kind: Kind) -> f32 {
    match kind {
        Kind::Fact | Kind::Definition | Kind::Person => 0.85,
        Kind::Place | Kind::Organisation => 0.8,
        Kind::Media => 0.65,
        Kind::Academic | Kind::Health => 0.55,
        Kind::Other => BY_TEXT,
        Kind::Product | Kind::HowTo => 0.3,
        Kind::Code | Kind::Finance => 0.15,
        Kind::Discussion => 0.1,
        Kind::News | Kind::DateTime => 0.05,
        Kind::Translation => 0.04,
        Kind::Weather | Kind::Navigation => 0.02,
        Kind::Calculation | Kind::Conversion | Kind::ChitChat => 0.0,
    }
}

/// What no wiki knows, because it must be computed or measured now.
fn computed(kind: Kind) -> f32 {
    match kind {
        Kind::Calculation | Kind::Conversion | Kind::Weather | Kind::ChitChat | Kind::Navigation => 0.0,
        Kind::DateTime | Kind::Finance => 0.2,
        _ => 1.0,
    }
}

/// Words that call for a wiki of this role.
fn cues(role: Role) -> &'static str {
    match role {
        Role::Encyclopedia | Role::Special => "",
        Role::Dictionary => {
            "define definition meaning mean means synonym synonyms antonym etymology pronounce pronunciation spelled \
             spelling plural conjugation declension bedeutet bedeutung definiere signifie signification définition \
             significa significado definición definizione betekent betekenis значит значение synonyme sinónimo"
        }
        Role::Travel => {
            "travel trip visit visiting itinerary sightseeing tourist tourism sights attractions vacation holiday \
             backpacking reise reisen sehenswürdigkeiten voyage visiter viaje visitar turismo"
        }
        Role::Quotes => {
            "quote quotes quotation quotations said zitat zitate citation citations cita citas proverb proverbs"
        }
        Role::News => "news headlines latest breaking nachrichten actualités noticias notizie",
        Role::Textbooks => "textbook learn tutorial course lesson lessons exercises lernen lehrbuch",
        Role::Species => "species genus taxon taxonomy subspecies taxonomic nomenclature gattung espèce especie",
    }
}

/// What the text alone shows to be no wiki's business; a handful of strong words and forms.
fn lean(text: &str, words: &[&str]) -> Option<Kind> {
    const LEANS: &[(Kind, &str)] = &[
        (
            Kind::Weather,
            "weather forecast raining umbrella wetter wettervorhersage météo pogoda погода weer väder \
             vær vejr sää طقس मौसम cuaca 天気 天气 天氣 날씨",
        ),
        (Kind::News, "news headlines nachrichten actualités noticias notizie nieuws новости nyheter haberler"),
        (Kind::Conversion, "convert converted conversion umrechnen convertir convertire"),
        (Kind::Navigation, "login website homepage url"),
        (Kind::Translation, "translate translation übersetze übersetzung traduire traduis traducir"),
        (Kind::ChitChat, "hello hi hey thanks hallo bonjour hola ciao"),
        (Kind::Calculation, "calculate sqrt berechne"),
        (Kind::DateTime, "today tomorrow tonight heute morgen aujourd demain hoy mañana"),
        (Kind::Finance, "aktienkurs shareprice"),
    ];
    if is_sum(text) {
        return Some(Kind::Calculation);
    }
    let digits = words.iter().any(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    let operator = ["percent", "plus", "minus", "times", "divided", "multiplied"].iter().any(|o| words.contains(o));
    if digits && (operator || text.contains('%') && words.len() < 9) {
        return Some(Kind::Calculation);
    }
    if text.contains("how many days") || text.contains("what time") || text.contains("time is it") {
        return Some(Kind::DateTime);
    }
    if text.contains("http://")
        || text.contains("https://")
        || text.contains("www.")
        || text.contains(".com") && words.len() < 5
    {
        return Some(Kind::Navigation);
    }
    let first_is_greeting = |kind: Kind, list: &str| match kind {
        // A greeting opens small talk; elsewhere it is a title ("Hello, Dolly!").
        Kind::ChitChat => {
            words.len() <= 3 && words.first().is_some_and(|word| list.split_whitespace().any(|l| l == *word))
        }
        _ => list.split_whitespace().any(|cue| says(text, words, cue)),
    };
    LEANS.iter().find(|(kind, list)| first_is_greeting(*kind, list)).map(|(kind, _)| *kind)
}

/// Digits joined by a sign of arithmetic, and hardly a word.
fn is_sum(text: &str) -> bool {
    let mut rest = text.chars().filter(|c| !c.is_whitespace()).peekable();
    let mut before_is_digit = false;
    let mut signs = 0;
    let mut letters = 0;
    while let Some(c) = rest.next() {
        let sign = matches!(c, '+' | '*' | '×' | '÷' | '/' | '^' | '−' | '-' | '%' | '√');
        let digit_after =
            rest.peek().is_some_and(|next| next.is_ascii_digit() || matches!(next, '(' | '-' | '×' | '*'));
        signs += usize::from(sign && before_is_digit && digit_after);
        letters += usize::from(c.is_alphabetic());
        before_is_digit = c.is_ascii_digit() || matches!(c, ')' | '%');
    }
    signs > 0 && letters < 12
}

/// Whether the question has this word or phrase; scripts without spaces are searched as they stand.
fn says(text: &str, words: &[&str], cue: &str) -> bool {
    if cue.is_empty() {
        false
    } else if cue.contains(' ') || cue.chars().any(|c| c >= '\u{0E00}') {
        text.contains(cue)
    } else {
        words.contains(&cue)
    }
}

/// 1 when the wiki is written in the language of the question.
fn language(source: &Source, settings: &Settings, question: &Question, intent: &Intent) -> f32 {
    let spoken = |tag: &str| {
        let own = settings.language.as_deref().into_iter().chain(source.languages.iter().map(String::as_str));
        own.map(primary).any(|own| own == primary(tag))
    };
    let asked = intent.language.as_str();
    if source.languages.is_empty() && settings.language.is_none() || spoken(asked) {
        1.0
    } else if matches!(asked, "" | "und") {
        0.8
    } else if question.language.as_deref().is_some_and(spoken) {
        ASKERS_LANGUAGE
    } else {
        OTHER_LANGUAGE
    }
}

/// The primary subtag, with the codes that name one wiki's language twice made one.
fn primary(tag: &str) -> &str {
    match tag.split(['-', '_']).next().unwrap_or_default() {
        "nb" | "nn" => "no",
        "iw" => "he",
        "in" => "id",
        "yue" | "cmn" => "zh",
        other => other,
    }
}

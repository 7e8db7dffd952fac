//! What the index is asked, and how sure it is that the folder can answer.

use zero_connector_sdk::{Intent, Kind, Question};

/// The words to look for: the keywords, phrases in quotation marks; the question itself when there are none.
pub(crate) fn query(question: &Question, intent: &Intent) -> Option<String> {
    let mut query = String::new();
    for keyword in &intent.keywords {
        // A quotation mark inside would end the phrase early.
        let keyword = keyword.replace(['"', '\n', '\r'], " ");
        let keyword = keyword.split_whitespace().collect::<Vec<_>>().join(" ");
        if keyword.is_empty() || is_about_files(&keyword) {
            continue;
        }
        let is_phrase = keyword.contains(' ');
        let bytes = query.len() + keyword.len() + 3;
        if bytes > QUERY_BYTES_MAX {
            break;
        }
        if !query.is_empty() {
            query.push(' ');
        }
        if is_phrase {
            query.push('"');
        }
        query.push_str(&keyword);
        if is_phrase {
            query.push('"');
        }
    }
    if query.is_empty() {
        let text = question.text.trim();
        query = text.get(..text.floor_char_boundary(QUERY_BYTES_MAX)).unwrap_or(text).to_owned();
    }
    query.chars().any(char::is_alphanumeric).then_some(query)
}

/// High by default, low for what needs no reading, and in between when it is not certain which of the two it is.
pub(crate) fn bid(question: &Question, intent: &Intent) -> f32 {
    if names_files(&question.text) {
        return BID_NAMED;
    }
    let low = match intent.kind {
        Kind::Calculation | Kind::Conversion => 0.06,
        Kind::DateTime | Kind::Weather | Kind::Translation => 0.15,
        Kind::ChitChat => 0.0,
        _ => return BID,
    };
    let certainty = if intent.certainty.is_finite() { intent.certainty.clamp(0.0, 1.0) } else { 0.0 };
    BID + (low - BID) * certainty
}

/// "my notes", "the contract in my files": the asker means the folder.
fn names_files(text: &str) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| matches!(pair, [owner, thing] if OWNERS.contains(owner) && is_about_files(thing)))
}

/// Words that say where to look and not what for.
fn is_about_files(word: &str) -> bool {
    THINGS.contains(&word)
}

/// The asker named the folder by starting the host with it.
const BID: f32 = 0.7;
/// The asker names it in the question as well.
const BID_NAMED: f32 = 0.95;
const QUERY_BYTES_MAX: usize = 1024;

const OWNERS: [&str; 20] = [
    "my", "our", "these", "those", "meine", "meinen", "unsere", "unseren", "mes", "nos", "mis", "nuestros", "miei",
    "mie", "meus", "mijn", "mina", "moje", "мои", "моих",
];
const THINGS: [&str; 24] = [
    "files",
    "file",
    "notes",
    "documents",
    "docs",
    "folder",
    "pdfs",
    "dateien",
    "notizen",
    "dokumente",
    "dokumenten",
    "ordner",
    "fichiers",
    "documentos",
    "archivos",
    "notas",
    "apuntes",
    "appunti",
    "documenti",
    "arquivos",
    "bestanden",
    "notities",
    "файлы",
    "файлах",
];

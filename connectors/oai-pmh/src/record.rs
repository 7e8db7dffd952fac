//! A record in any metadata format, as its leaves: what they mean in Dublin Core, DataCite, MODS, MARC and JATS.

/// An element with text and no elements of its own.
#[derive(Debug, PartialEq)]
pub(crate) struct Leaf {
    pub(crate) name: String,
    /// Attributes that tell leaves of one name apart.
    pub(crate) kind: String,
    /// Names of what it stands in, innermost first.
    pub(crate) inside: String,
    pub(crate) text: String,
}

/// What one thing of an answer says.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) deleted: bool,
    pub(crate) leaves: Vec<Leaf>,
}

impl Record {
    /// Texts of the leaves that a test picks, each once.
    fn texts(&self, picks: impl Fn(&Leaf) -> bool) -> Vec<&str> {
        let mut texts: Vec<&str> = Vec::new();
        for leaf in self.leaves.iter().filter(|leaf| picks(leaf)) {
            if !texts.contains(&leaf.text.as_str()) {
                texts.push(&leaf.text);
            }
        }
        texts
    }

    fn named(&self, names: &[&str]) -> Vec<&str> {
        self.texts(|leaf| names.contains(&leaf.name.as_str()) && !leaf.inside.starts_with("header"))
    }

    fn marc(&self, fields: &[&str]) -> Vec<&str> {
        self.texts(|leaf| leaf.name == "subfield" && fields.contains(&leaf.kind.trim()))
    }

    /// Of the header.
    pub(crate) fn identifier(&self) -> &str {
        let header = self.leaves.iter().find(|leaf| leaf.name == "identifier" && leaf.inside.starts_with("header"));
        header.map_or("", |leaf| leaf.text.as_str())
    }

    /// Of the header: when the record changed.
    pub(crate) fn datestamp(&self) -> &str {
        self.leaves.iter().find(|leaf| leaf.name == "datestamp").map_or("", |leaf| leaf.text.as_str())
    }

    /// A leaf of the protocol's own, such as `setSpec`.
    pub(crate) fn own(&self, name: &str) -> &str {
        self.leaves.iter().find(|leaf| leaf.name == name).map_or("", |leaf| leaf.text.as_str())
    }

    pub(crate) fn title(&self) -> String {
        // A journal's title stands in an article's record as well.
        let title = self.texts(|leaf| {
            matches!(leaf.name.as_str(), "title" | "article-title")
                && !leaf.inside.contains("relatedItem")
                && !leaf.inside.contains("ref")
        });
        let marc = self.marc(&["245 a", "245 b"]).join(" ");
        let title = title.first().map_or(marc, |title| (*title).to_owned());
        title.trim_end_matches([' ', '/', ':']).to_owned()
    }

    pub(crate) fn creators(&self) -> Vec<String> {
        let mut creators = self.named(&["creator", "creatorName", "namePart"]);
        creators.extend(self.marc(&["100 a", "700 a"]));
        let mut names: Vec<String> =
            creators.into_iter().map(|name| name.trim_end_matches([',', ' ']).to_owned()).collect();
        // arXiv's own format and JATS part a name in two.
        for pair in self.leaves.windows(2) {
            if let [family, given] = pair
                && matches!(family.name.as_str(), "keyname" | "surname")
                && matches!(given.name.as_str(), "forenames" | "given-names")
            {
                names.push(format!("{} {}", given.text, family.text));
            }
        }
        names.truncate(16);
        names
    }

    pub(crate) fn description(&self) -> String {
        let mut parts = self.texts(|leaf| {
            matches!(leaf.name.as_str(), "description" | "abstract")
                || leaf.name == "p" && leaf.inside.contains("abstract")
        });
        parts.extend(self.marc(&["520 a"]));
        without_tags(&parts.join(" "))
    }

    pub(crate) fn publisher(&self) -> &str {
        let marc = self.marc(&["260 b", "264 b"]);
        self.named(&["publisher", "publisher-name"])
            .into_iter()
            .chain(marc)
            .next()
            .unwrap_or_default()
            .trim_end_matches([',', ' '])
    }

    pub(crate) fn subjects(&self) -> Vec<&str> {
        let mut subjects = self.named(&["subject", "topic", "kwd"]);
        subjects.extend(self.marc(&["650 a"]));
        subjects.truncate(10);
        subjects
    }

    pub(crate) fn language(&self) -> Option<&str> {
        let tag = self.named(&["language", "languageTerm"]).into_iter().next()?;
        match tag {
            "eng" | "English" => Some("en"),
            "fre" | "fra" => Some("fr"),
            "ger" | "deu" => Some("de"),
            "spa" => Some("es"),
            "ita" => Some("it"),
            "por" => Some("pt"),
            tag => (tag.len() == 2 || tag.get(2..3) == Some("-"))
                .then_some(tag)
                .filter(|tag| tag.is_ascii() && tag.len() < 12),
        }
    }

    /// ISO 8601, of what is described and not of the record.
    pub(crate) fn date(&self) -> Option<String> {
        let mut dates = self.named(&["date", "dateIssued", "publicationYear", "issued", "created"]);
        dates.extend(self.marc(&["260 c", "264 c"]));
        dates.into_iter().find_map(iso)
    }

    pub(crate) fn doi(&self) -> Option<String> {
        let texts = self.named(&["identifier", "doi", "article-id", "relation", "alternateIdentifier"]);
        texts.into_iter().find_map(|text| {
            let at = text
                .find("10.")
                .filter(|at| *at == 0 || text.get(..*at).is_some_and(|before| before.ends_with(['/', ':', ' '])))?;
            let doi = text.get(at..)?.split_whitespace().next()?;
            (doi.contains('/') && doi.len() > 7).then(|| doi.trim_end_matches(['.', ',']).to_owned())
        })
    }

    pub(crate) fn url(&self) -> Option<String> {
        let mut texts = self.named(&["identifier", "url", "source", "relation"]);
        texts.extend(self.marc(&["856 u"]));
        let web = texts.into_iter().find(|text| {
            (text.starts_with("https://") || text.starts_with("http://"))
                && text.len() < 2000
                && !text.contains(char::is_whitespace)
        });
        web.map(str::to_owned).or_else(|| self.doi().map(|doi| format!("https://doi.org/{doi}")))
    }
}

/// Repositories keep the markup of what was typed into them; entities of the markup stay, as they do no harm.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let is_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
        match after.split_once('>').filter(|_| is_tag) {
            Some((_, tail)) => {
                out.push(' ');
                rest = tail;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.replace("&nbsp;", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The date at the start of a text, as far as it goes; a year in brackets, too.
pub(crate) fn iso(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['[', 'c', '©', '(']);
    let shaped = |length: usize| {
        let date = text.get(..length)?;
        let fits = date.bytes().zip("dddd-dd-dd".bytes()).all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            _ => byte == form,
        });
        let ends = text.get(length..).is_none_or(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
        (fits && ends && date.starts_with(['1', '2'])).then(|| date.to_owned())
    };
    shaped(10).or_else(|| shaped(7)).or_else(|| shaped(4))
}

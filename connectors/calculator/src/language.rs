//! What depends on the asker's language: the decimal sign, and which words count.

/// Languages whose decimal sign is a comma.
const DECIMAL_COMMA: &[&str] = &[
    "de", "fr", "es", "it", "pt", "nl", "ru", "uk", "pl", "cs", "sk", "sl", "hr", "sr", "bg", "ro", "hu", "tr", "el",
    "sv", "da", "nb", "nn", "no", "fi", "et", "lv", "lt", "id", "vi", "ca", "gl", "eu", "is", "be", "mk", "sq", "kk",
    "az", "ka",
];

/// The primary subtag, lower case.
pub(crate) fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether people who write `tag` write `3,5`. Regions that differ from their language are named.
pub(crate) fn decimal_comma(tag: &str) -> bool {
    let upper = tag.to_ascii_uppercase().replace('_', "-");
    if ["DE-CH", "ES-MX", "ES-US", "ES-PR", "ES-GT", "ES-HN", "ES-NI", "ES-PA", "ES-PE", "ES-SV", "ES-DO"]
        .contains(&upper.as_str())
    {
        return false;
    }
    upper == "EN-ZA" || DECIMAL_COMMA.contains(&primary(tag).as_str())
}

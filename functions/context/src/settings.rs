//! What the asker settled once fills what the question leaves open.

use zero_types::prelude::{Named as _, Profile, Question, UnitSystem};

/// Applies the profile; what the question itself says wins. Gives what was changed.
pub(crate) fn apply(question: &mut Question, profile: &Profile) -> Vec<String> {
    let mut changes = Vec::new();
    if let (None, Some(language)) = (&question.language, &profile.language) {
        changes.push(format!("language `{language}`, from your profile"));
        question.language = Some(language.clone());
    }
    if let (None, Some(place)) = (&question.place, &profile.place) {
        changes.push(format!("place `{}`, from your profile", place.name));
        question.place = Some(place.clone());
    }
    // UTC and metric are what a question has that says nothing.
    let open_zone = question.time_zone.is_empty() || question.time_zone == "UTC";
    if let Some(zone) =
        profile.time_zone.as_ref().filter(|zone| open_zone && **zone != question.time_zone && !zone.is_empty())
    {
        changes.push(format!("time zone `{zone}`, from your profile"));
        question.time_zone.clone_from(zone);
    }
    if let Some(units) = profile.units.filter(|units| question.units == UnitSystem::Metric && *units != question.units)
    {
        changes.push(format!("units `{}`, from your profile", units.name()));
        question.units = units;
    }
    changes
}

/// Each source once, in the order given.
pub(crate) fn unique(sources: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for source in sources {
        if !kept.contains(source) {
            kept.push(source.clone());
        }
    }
    kept
}

//! What somebody may have meant by a name that there is not.

use strsim::damerau_levenshtein as distance;

use super::{Key, SECTIONS, keys};

/// The key nearest to `name`, best in `section`.
pub(super) fn key(section: &str, name: &str) -> Option<&'static Key> {
    // A dotted name at the top, or a section in a section, may hold the whole path.
    let name = name.rsplit('.').next().unwrap_or(name);
    nearest(name, keys(), |key| {
        distance(name, key.name) + usize::from(key.section != section)
    })
}

/// The section nearest to `name`.
pub(super) fn section(name: &str) -> Option<&'static str> {
    let names = SECTIONS.iter().map(|section| section.name);
    nearest(name, names, |section| distance(name, section))
}

/// The variable nearest to `name`.
pub(super) fn variable(name: &str) -> Option<&'static str> {
    let names = keys().map(|key| key.variable);
    nearest(name, names, |variable| distance(name, variable))
}

fn nearest<T>(
    name: &str,
    all: impl Iterator<Item = T>,
    distance: impl Fn(&T) -> usize,
) -> Option<T> {
    // Farther than a third of the name is no slip of the finger.
    let farthest = (name.chars().count() / 3).max(2);
    all.map(|item| (distance(&item), item))
        .filter(|(far, _)| *far <= farthest)
        .min_by_key(|(far, _)| *far)
        .map(|(_, item)| item)
}

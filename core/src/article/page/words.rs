//! Words that pages use about themselves: in the classes of their elements, and beside their dates.

/// Whether a word stands in a text, with no letter beside it: `date` in `entry-date`, not in `update`.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(char::is_alphabetic) && !after.is_some_and(char::is_alphabetic)
    })
}

/// Whether a text, in lower case, ends by speaking of a change rather than of a publication.
pub(super) fn speaks_of_change(text: &str) -> bool {
    let last = |words: &[&str]| words.iter().filter_map(|word| text.rfind(word)).max();
    match (last(&CHANGED), last(&PUBLISHED)) {
        (Some(changed), Some(published)) => changed > published,
        (changed, _) => changed.is_some(),
    }
}

/// Whether a text, in lower case, begins by speaking of a publication.
pub(super) fn begins_with_publication(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphabetic());
    PUBLISHED.iter().any(|word| text.starts_with(word))
}

/// Whether a text, in lower case, begins by speaking of a change.
pub(super) fn begins_with_change(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphabetic()).trim_start_matches("last ");
    CHANGED.iter().any(|word| text.starts_with(word))
}

/// Whether a text, in lower case, speaks of a publication.
pub(super) fn speaks_of_publication(text: &str) -> bool {
    PUBLISHED.iter().any(|word| text.contains(word))
}

/// How pages call their publication.
const PUBLISHED: [&str; 48] = [
    "published",
    "publication date",
    "date published",
    "date of publication",
    "pubdate",
    "publish date",
    "posted",
    "date posted",
    "post date",
    "submitted",
    "released",
    "release date",
    "for immediate release",
    "created",
    "first published",
    "originally published",
    "issued",
    "written on",
    "veröffentlicht",
    "publiziert",
    "erschienen",
    "erstellt",
    "geschrieben",
    "eingestellt",
    "gepostet",
    "datum:",
    "date:",
    "publié",
    "publie le",
    "posté",
    "paru le",
    "mis en ligne",
    "publicado",
    "publicada",
    "publicação",
    "publicat",
    "postado",
    "pubblicato",
    "pubblicata",
    "postato",
    "gepubliceerd",
    "geplaatst",
    "publicerad",
    "udgivet",
    "publisert",
    "opublikowan",
    "dodano",
    "опубликовано",
];

/// How pages call a change.
const CHANGED: [&str; 34] = [
    "update",
    "modified",
    "last edited",
    "edited",
    "revised",
    "last change",
    "reviewed",
    "accessed",
    "retrieved",
    "aktualisiert",
    "aktualisierung",
    "geändert",
    "bearbeitet",
    "änderung",
    "abgerufen",
    "mis à jour",
    "mise à jour",
    "modifié",
    "consulté",
    "actualizad",
    "actualización",
    "atualizad",
    "aggiornat",
    "modificat",
    "bijgewerkt",
    "gewijzigd",
    "uppdaterad",
    "opdateret",
    "oppdatert",
    "aktualizacja",
    "zaktualizowan",
    "aktualizov",
    "обновлен",
    "güncelle",
];

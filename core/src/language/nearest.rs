//! Errors about misspelt names in a pack, with the right one.

use crate::nearest::nearest;

/// Returns a message: "`mnoth` is no class; did you mean `month`?"
pub(super) fn unknown<'a>(what: &str, name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let hint = nearest(name, candidates).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("`{name}` is no {what}{hint}")
}

/// Replaces the list of all names in serde's error about an unknown variant or field by the nearest one. Other errors
/// stay as they are.
pub(super) fn explained(error: &str) -> String {
    let Some(at) = error.find("unknown variant `").or_else(|| error.find("unknown field `")) else {
        return error.to_owned();
    };
    let (before, list) = error.split_at(at);
    let line = list.lines().next().unwrap_or(list);
    let mut names = line.split('`').skip(1).step_by(2);
    let name = names.next().unwrap_or_default();
    let what = if line.starts_with("unknown variant") { "known name" } else { "known key" };
    let rest = &list[line.len()..];
    format!("{before}{}{rest}", unknown(what, name, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_nothing_far_off() {
        let classes = ["MONTH", "MONTH_LOWER", "WEEKDAY"];
        assert_eq!(unknown("class", "MNOTH", classes.into_iter()), "`MNOTH` is no class; did you mean `MONTH`?");
        assert_eq!(unknown("class", "XQ", classes.into_iter()), "`XQ` is no class");
    }

    #[test]
    fn an_error_of_serde_names_the_nearest_variant_and_keeps_the_place() {
        let error = "TOML parse error at line 3\nunknown variant `dya`, expected one of `day`, `week`\n";
        assert_eq!(explained(error), "TOML parse error at line 3\n`dya` is no known name; did you mean `day`?\n");
        assert_eq!(explained("invalid type"), "invalid type");
    }
}

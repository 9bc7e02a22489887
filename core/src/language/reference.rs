//! The rules of a language as documentation, rendered from the data that they are compiled from.

use std::fmt::Write as _;

use super::{Pack, Register, Rule};

impl Pack {
    /// Returns every rule with its documentation, pattern, examples and counter-examples, as Markdown.
    #[must_use]
    pub fn reference(&self) -> String {
        let rules = self.rules.all();
        let mut page = format!(
            "# Rules of `{}`, version {}\n\n{} rules, in the order of their priority. The longest match wins; of equally \
             long ones, the first.\n",
            self.language,
            self.version,
            rules.len()
        );
        for rule in rules {
            page += &section(rule);
        }
        page
    }
}

fn section(rule: &Rule) -> String {
    let mut section = format!("\n## {}\n\n{}\n\n    {}\n\n", rule.id, rule.doc, rule.pattern);
    section += match rule.register {
        Register::Any => "",
        Register::Message => "Read in messages only.\n\n",
        Register::History => "Read in histories only.\n\n",
    };
    if !rule.examples.is_empty() {
        section += "| said | on | value |\n|---|---|---|\n";
    }
    for example in &rule.examples {
        // Writing to a string cannot fail.
        let modifier = example.modifier.map(|modifier| format!(" {}", modifier.name())).unwrap_or_default();
        let _ = writeln!(section, "| {} | {} | `{}`{modifier} |", example.text, example.on, example.value);
    }
    let not: Vec<String> = rule.not.iter().map(|phrase| format!("\"{phrase}\"")).collect();
    section + &format!("\nNot in {}.\n", not.join(", "))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_has_every_rule_with_its_examples() {
        for pack in super::super::packs() {
            let page = pack.reference();
            for rule in pack.rules.all() {
                assert!(page.contains(&format!("\n## {}\n\n{}\n", rule.id, rule.doc)));
                assert!(rule.examples.iter().all(|example| page.contains(&format!("| {} |", example.text))));
            }
        }
    }
}

//! The schema registry.

use super::{Check, Verdict};
use crate::registry::Registry;

impl Check<'_> {
    /// Asks the registry, if there is one, which types of schemas it knows.
    pub fn check_schema_registry(&mut self) {
        let Some(settings) = &self.settings.schema_registry else { return };
        let what = format!("schema registry {}", settings.urls.join(", "));
        let types = Registry::new(settings).and_then(|registry| registry.types().map_err(|outage| outage.to_string()));
        match types {
            Ok(types) => self.add(Verdict::Ok, what, format!("answers, and knows {}", types.join(", "))),
            Err(problem) => self.add(Verdict::Wrong, what, format!("{problem}; a worker would wait for it")),
        }
    }
}

//! `[schema.registry]` and `output.format`.

use insta::assert_snapshot;

use super::in_file;
#[cfg(feature = "schema-registry")]
use super::{Configuration, NONE, load, settings};

#[cfg(feature = "schema-registry")]
#[test]
fn a_registry_has_addresses_and_one_way_to_say_who_asks() {
    let file = "[schema.registry]\nurl = 'https://a.example/apis/, http://b.example:8081'\nbasic.auth.user.info = 'desk:night'";
    let registry = settings(file, NONE, &[]).schema_registry.unwrap();
    assert_eq!(registry.urls, ["https://a.example/apis", "http://b.example:8081"]);
    assert!(!format!("{registry:?}").contains("night"));
    let shown = load(file, NONE, &[], Configuration::effective).unwrap();
    assert!(shown.contains("\"basic.auth.user.info\" = \"***\"") && !shown.contains("night"), "{shown}");
    let variables = [
        ("DATELINE_SCHEMA__REGISTRY__URL", "http://localhost:8081"),
        ("DATELINE_SCHEMA__REGISTRY__BEARER_AUTH_TOKEN", "token"),
    ];
    let registry = settings("", &variables, &[]).schema_registry.unwrap();
    assert_eq!(registry.authorization().unwrap().unwrap(), "Bearer token");
    assert!(settings("[schema.registry]\nurl = ''", NONE, &[]).schema_registry.is_none());

    let problem = |keys: &str| in_file(&format!("[schema.registry]\nurl = 'http://localhost'\n{keys}"));
    assert_snapshot!(problem("bearer.auth.tokem = 'x'"), @"schema.registry.bearer.auth.tokem (file my.toml): unknown setting; did you mean bearer.auth.token?");
    assert_snapshot!(problem("basic.auth.user.info = 'desk'"), @"schema.registry.basic.auth.user.info (file my.toml): expected `user:password`");
    assert_snapshot!(problem("basic.auth.user.info = 'a:b'\nbearer.auth.token = 'x'"), @"schema.registry.bearer.auth.token (file my.toml): there is basic.auth.user.info as well; keep one of the two");
    assert_snapshot!(problem("bearer.auth.token = 'x'\n[schema.registry_files]\nbearer.auth.token = '/t'"), @"schema.registry_files.bearer.auth.token (file my.toml): schema.registry also has bearer.auth.token; keep one of the two");
    assert_snapshot!(in_file("[schema.registry]\nurl = 'registry:8081'"), @r#"schema.registry.url (file my.toml): "registry:8081" is not an address such as https://registry.example.org"#);
    assert_snapshot!(in_file("[schema.registry]\nurl = 'http://a:b@localhost'"), @"schema.registry.url (file my.toml): the address has a password in it, which would be logged; set schema.registry.basic.auth.user.info");
}

#[test]
fn what_needs_a_registry_says_so() {
    assert_snapshot!(in_file("[schema.registry]\nbearer.auth.token = 'x'"), @"schema.registry.bearer.auth.token (file my.toml): there is no registry: set schema.registry.url as well");
    assert_snapshot!(in_file("[output]\nformat = 'avro'"), @"output.format (file my.toml): its schema is registered: set schema.registry.url as well");
    assert_snapshot!(in_file("[output]\nformat = 'arvo'"), @r#"output.format (file my.toml): unknown value "arvo"; did you mean avro?"#);
}

#[cfg(not(feature = "schema-registry"))]
#[test]
fn a_program_that_was_built_without_it_refuses_a_registry() {
    assert_snapshot!(in_file("[schema.registry]\nurl = 'http://localhost'"), @"schema.registry.url (file my.toml): this program was built without it; build one with `cargo build --release --features schema-registry`, or leave the key empty");
}

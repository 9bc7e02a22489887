//! Whether a worker is a static member of its group.

use insta::assert_snapshot;

use super::{NONE, in_file, settings};

/// The name of the static member, with these keys of `[kafka]` and flags.
fn member(kafka: &str, flags: &[super::Flag]) -> Option<String> {
    settings(&format!("[kafka]\n{kafka}"), NONE, flags).kafka.static_member
}

#[test]
fn a_worker_with_a_name_is_a_static_member() {
    assert_eq!(member("", &[]), None);
    assert_eq!(member("instance = 'a'", &[]).as_deref(), Some("dateline-a"));
    // Also by the name that is built in.
    assert_eq!(member("", &[("--instance", "kafka.instance", "0")]).as_deref(), Some("dateline-0"));
}

#[test]
fn it_can_be_chosen() {
    assert_eq!(member("instance = 'a'\nstatic_membership = 'false'", &[]), None);
    assert_eq!(member("static_membership = 'true'", &[]).as_deref(), Some("dateline-0"));
    assert_snapshot!(
        in_file("[kafka]\nstatic_membership = 'maybe'"),
        @r#"kafka.static_membership (file my.toml): unknown value "maybe"; use one of auto, true, false"#
    );
}

#[test]
fn a_worker_takes_over_from_version_0_1_if_it_is_to() {
    let upgraded = |kafka: &str| settings(&format!("[kafka]\n{kafka}"), NONE, &[]).kafka.is_upgrade_from_0_1;
    assert!(upgraded("upgrade_from = '0.1'") && !upgraded(""));
    assert_snapshot!(
        in_file("[kafka]\nupgrade_from = '0.0'"),
        @r#"kafka.upgrade_from (file my.toml): unknown value "0.0"; did you mean 0.1?"#
    );
}

#[test]
fn there_is_none_with_the_protocol_of_kip_848_or_beside_a_name_that_is_passed_through() {
    assert_eq!(member("instance = 'a'\nclient.'group.protocol' = 'consumer'", &[]), None);
    assert_eq!(member("instance = 'a'\nclient.'group.instance.id' = 'mine'", &[]), None);
    assert!(
        in_file("[kafka]\nstatic_membership = 'true'\nclient.'group.protocol' = 'consumer'")
            .starts_with("kafka.static_membership (file my.toml): needs the classic protocol")
    );
}

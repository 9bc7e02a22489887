//! What `[output]` passes on.

use super::{NONE, in_file, settings};

#[test]
fn headers_are_sent_by_the_names_of_traces_and_of_cloudevents() {
    for list in [
        "'TraceParent, tracestate, X-Tenant-ID, ce_region'",
        "['TraceParent', 'tracestate', 'X-Tenant-ID', 'ce_region']",
    ] {
        let output = settings(&format!("[output]\nheaders = {list}\nkey_prefix = 'X-Tenant-ID'"), NONE, &[]).output;
        let sent: Vec<&str> = output.headers.iter().map(|header| header.sent_as.as_str()).collect();
        assert_eq!(sent, ["traceparent", "tracestate", "ce_xtenantid", "ce_region"]);
        assert_eq!(output.key_prefix.as_deref(), Some("X-Tenant-ID"));
    }
    assert!(settings("", NONE, &[]).output.is_empty());
}

#[test]
fn headers_that_records_have_themselves_are_refused() {
    insta::assert_snapshot!(in_file("[output]\nheaders = 'ID'"), @r#"output.headers (file my.toml): "ID" cannot pass on: records have a header `ce_id` of their own"#);
    insta::assert_snapshot!(in_file("[output]\nheaders = '--'"), @r#"output.headers (file my.toml): "--" has no letter and no digit, of which an attribute of CloudEvents consists"#);
    insta::assert_snapshot!(in_file("[output]\nheaders = 'x-tenant, XTenant'"), @r#"output.headers (file my.toml): "x-tenant" and "XTenant" would both be sent as `ce_xtenant`"#);
}

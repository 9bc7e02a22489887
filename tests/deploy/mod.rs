//! What is beside the program agrees with it: manifests, monitoring, sinks, the image, dependencies, documentation.

mod alerts;
mod compose;
mod dependencies;
mod guides;
mod kubernetes;
mod kustomize;
mod monitoring;
mod package;
mod project;
mod sinks;
mod timeline_alerts;
mod yaml;

//! What is beside the program agrees with it: manifests, monitoring, sinks, the image, dependencies, documentation.

mod alerts;
mod dependencies;
mod manifests;
mod monitoring;
mod project;
mod sinks;
mod timeline_alerts;

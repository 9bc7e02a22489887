//! What stands around the program is held to the program: manifests, monitoring, sinks, the image, the documentation.

mod dependencies;
mod manifests;
mod monitoring;
mod project;
mod sinks;

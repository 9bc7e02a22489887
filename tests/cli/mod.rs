//! The commands as people and scripts use them: files in, standard output, standard error and exit codes out.

mod eval;
mod exit;
mod extract;
mod guess;
mod operate;
mod source;
mod timeline;

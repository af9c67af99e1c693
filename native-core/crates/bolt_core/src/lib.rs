//! The sans-IO HTTP engine of `@bolt-app/core`.
#![forbid(unsafe_code)]

pub mod auth;
pub mod schema;
pub mod static_files;

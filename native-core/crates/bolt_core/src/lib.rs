//! The sans-IO HTTP engine of `@bolt-app/core`: bytes and times go in, bytes, calls and deadlines come out. It knows neither sockets nor
//! Node, so that the in-loop host, a threaded host and `inject` run the very same code.
#![forbid(unsafe_code)]

pub mod auth;
pub mod compression;
pub mod engine;
pub mod error;
pub mod histogram;
pub mod http;
pub mod plan;
mod rate_limit;
pub mod routing;
pub mod schema;
pub mod static_files;
pub mod websocket;

pub use engine::{Engine, Fate, Handle};

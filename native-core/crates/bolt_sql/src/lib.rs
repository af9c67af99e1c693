//! What databases have in common, whatever they are and however they are reached: failures as data, and rows as JSON objects.
#![forbid(unsafe_code)]

mod failure;
pub mod instant;
mod quote;
pub mod rows;

pub use failure::{Failure, codes};
pub use quote::quote;

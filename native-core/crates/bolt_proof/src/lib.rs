//! Properties of the engine that must hold for any input. Each is a function that panics when it does not hold; the tests of this crate
//! run them on the committed corpora and on generated input, the fuzz targets in `native-core/fuzz` on whatever they come up with.
#![forbid(unsafe_code)]
#![allow(clippy::panic, reason = "a property that does not hold ends the run")]

pub mod against_hyper;
pub mod dice;
pub mod engine;
pub mod hyper_reading;
pub mod message;
mod postgres;
pub mod properties;
pub mod requests;

//! Rate limits: the generic cell rate algorithm (ITU-T I.371) per key, in memory of a fixed size.

mod policy;
mod table;

pub(crate) use policy::{Exceeded, RateLimit, Who};
pub(crate) use table::Table;

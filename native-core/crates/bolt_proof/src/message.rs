//! A request as a reader understood it.

use std::collections::BTreeMap;
use std::fmt;

/// What must be the same for any two readers.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The method as sent.
    pub method: Vec<u8>,
    /// Path and query as sent.
    pub target: Vec<u8>,
    /// Host, or the authority of an absolute target.
    pub host: Vec<u8>,
    /// Values in order, by name in lower case; without Host.
    pub fields: BTreeMap<Vec<u8>, Vec<Vec<u8>>>,
    /// The body, decoded.
    pub body: Vec<u8>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.escape_ascii(), self.target.escape_ascii())?;
        write!(f, " host={}", self.host.escape_ascii())?;
        for (name, values) in &self.fields {
            for value in values {
                write!(f, " [{}: {}]", name.escape_ascii(), value.escape_ascii())?;
            }
        }
        write!(f, " body={}", self.body.escape_ascii())
    }
}

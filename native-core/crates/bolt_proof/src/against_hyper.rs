//! Whatever the engine accepts, hyper must read the same way: method, target, host, fields, body, and where the next request begins.
//! hyper may accept more; that the engine is stricter is the point.

use crate::message::Message;
use crate::{engine, hyper_reading};

/// Compares the two.
///
/// # Panics
/// Where they differ: with what each read.
pub fn compare(input: &[u8]) {
    if let Some(difference) = difference(input) {
        panic!("{difference}\ninput: {}", input.escape_ascii());
    }
}

/// How the two differ, if they do.
pub fn difference(input: &[u8]) -> Option<String> {
    let ours = engine::read(std::iter::once(input));
    if ours.messages.is_empty() {
        return None;
    }
    let hypers = hyper_reading::read(input);
    // What is answered without a handler (`OPTIONS *`) is not in our list: it must still come in hyper's order.
    let mut rest = hypers.iter();
    let missing = ours.messages.iter().find(|message| !rest.any(|other| same(message, other)))?;
    Some(format!("ours: {missing:?}\nall of ours: {:#?}\nhyper's: {hypers:#?}", ours.messages))
}

/// The same, but for what is known and harmless:
/// - A request of HTTP/1.0 without Host whose target is a URL has no host for our handlers, as there is no field whose value the URL's
///   authority could take. Nothing is framed or routed by it.
fn same(ours: &Message, hypers: &Message) -> bool {
    let nameless = ours.host.is_empty();
    ours == hypers || nameless && *ours == Message { host: Vec::new(), ..hypers.clone() }
}

//! Negotiation of permessage-deflate (RFC 7692 §7.1).

/// Smallest window that the library behind [`super::deflate`] can write: raw deflate has no 8 bits there.
pub const MIN_WINDOW: u8 = 9;
/// Largest window of deflate.
pub const MAX_WINDOW: u8 = 15;

/// What server and client agreed on (RFC 7692 §7.1), or what a server would agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deflate {
    /// Whether each side's messages build on those before: smaller, for memory per connection.
    pub context_takeover: bool,
    /// Bits of the server's window. A client's is always read with the largest, which every smaller one fits in.
    pub window: u8,
}

/// One `permessage-deflate` of a client, as far as it matters.
#[derive(Debug, Default)]
struct Offer {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    client_max_window_bits: bool,
}

/// Agrees on the first offer that can be honoured: what holds from now on, and the value of Sec-WebSocket-Extensions. An offer with
/// parameters that are unknown, repeated or out of range is declined, as is one for a window of 8 bits.
pub fn negotiate<'f>(fields: impl Iterator<Item = &'f [u8]>, wanted: Deflate) -> Option<(Deflate, String)> {
    fields
        .filter_map(|field| str::from_utf8(field).ok())
        .flat_map(|field| field.split(','))
        .filter_map(Offer::read)
        .find_map(|offer| offer.accept(wanted))
}

impl Offer {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        if parts.next()? != "permessage-deflate" {
            return None;
        }
        let mut offer = Self::default();
        for part in parts {
            let (name, value) = part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value.trim())));
            let is_new = match (name.trim(), value) {
                ("server_no_context_takeover", None) => !std::mem::replace(&mut offer.server_no_context_takeover, true),
                ("client_no_context_takeover", None) => !std::mem::replace(&mut offer.client_no_context_takeover, true),
                ("server_max_window_bits", Some(value)) => offer.server_max_window_bits.replace(bits(value)?).is_none(),
                ("client_max_window_bits", value) => {
                    value.is_none_or(|value| bits(value).is_some())
                        && !std::mem::replace(&mut offer.client_max_window_bits, true)
                }
                _ => false,
            };
            if !is_new {
                return None;
            }
        }
        Some(offer)
    }

    fn accept(&self, wanted: Deflate) -> Option<(Deflate, String)> {
        let mut response = String::from("permessage-deflate");
        let window = self.server_max_window_bits.unwrap_or(MAX_WINDOW).min(wanted.window);
        if window < MIN_WINDOW {
            return None;
        }
        // One decision for both directions: the side that must not keep context decides.
        let context_takeover = wanted.context_takeover && !self.server_no_context_takeover;
        if !context_takeover {
            response.push_str("; server_no_context_takeover");
        }
        if !context_takeover || self.client_no_context_takeover {
            response.push_str("; client_no_context_takeover");
        }
        if window < MAX_WINDOW {
            response.push_str(&format!("; server_max_window_bits={window}"));
        }
        Some((Deflate { context_takeover, window }, response))
    }
}

/// 8 to 15, without a sign or leading zero, perhaps in quotes.
fn bits(value: &str) -> Option<u8> {
    let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
    let number = value.parse().ok()?;
    (value.bytes().all(|b| b.is_ascii_digit()) && !value.starts_with('0') && (8..=MAX_WINDOW).contains(&number))
        .then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEPS: Deflate = Deflate { context_takeover: true, window: 15 };
    const FORGETS: Deflate = Deflate { context_takeover: false, window: 15 };

    fn agree(offer: &str, wanted: Deflate) -> Option<(Deflate, String)> {
        negotiate(std::iter::once(offer.as_bytes()), wanted)
    }

    #[test]
    fn a_plain_offer_is_answered_as_the_server_wants_it() {
        assert_eq!(agree("permessage-deflate", KEEPS).expect("agreed"), (KEEPS, "permessage-deflate".into()));
        let (agreed, response) = agree("permessage-deflate; client_max_window_bits", FORGETS).expect("agreed");
        assert!(!agreed.context_takeover);
        assert_eq!(response, "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    }

    #[test]
    fn what_the_client_limits_is_limited() {
        let offer = "permessage-deflate; server_no_context_takeover; server_max_window_bits=10";
        let (agreed, response) = agree(offer, KEEPS).expect("agreed");
        assert_eq!(agreed, Deflate { context_takeover: false, window: 10 });
        assert!(response.contains("server_max_window_bits=10"), "{response}");
    }

    #[test]
    fn offers_that_cannot_be_honoured_are_declined_and_the_next_is_looked_at() {
        for bad in [
            "permessage-deflate; server_max_window_bits=8",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=010",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; unknown",
            "permessage-deflate; client_max_window_bits=7",
            "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
            "x-webkit-deflate-frame",
            "",
        ] {
            assert_eq!(agree(bad, KEEPS), None, "{bad}");
            assert!(agree(&format!("{bad}, permessage-deflate"), KEEPS).is_some(), "{bad}");
        }
    }
}

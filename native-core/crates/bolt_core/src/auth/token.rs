//! The parts of a JWS in compact form (RFC 7515 §3.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::{AuthFault, algorithm};
use crate::schema::{JsonLimits, is_json};

/// Longest token that is looked at.
const MAX_LENGTH: usize = 16 * 1024;

/// Nesting of claims.
const LIMITS: JsonLimits = JsonLimits { depth: 32 };

/// A token that is well formed; nothing of it is to be trusted yet.
pub(super) struct Token<'t> {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    /// What is signed.
    pub(super) message: &'t [u8],
    /// Still encoded.
    pub(super) signature: &'t str,
    claims: &'t str,
}

impl<'t> Token<'t> {
    pub(super) fn parse(token: &'t [u8]) -> Result<Self, AuthFault> {
        if token.len() > MAX_LENGTH {
            return Err(AuthFault::Malformed);
        }
        let text = std::str::from_utf8(token).map_err(|_| AuthFault::Malformed)?;
        let (message, signature) = text.rsplit_once('.').ok_or(AuthFault::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(AuthFault::Malformed)?;
        if claims.contains('.') {
            return Err(AuthFault::Malformed);
        }
        let (_, header) = object(header)?;
        // RFC 7515 §4.1.11 and RFC 7797: no extension is understood.
        if header.get("crit").is_some() || header.get("b64").is_some() {
            return Err(AuthFault::Critical);
        }
        let named = header.get("alg").and_then(Value::as_str).and_then(algorithm::named);
        let algorithm = named.ok_or(AuthFault::Algorithm)?;
        let key_id = match header.get("kid") {
            None => None,
            Some(Value::String(id)) => Some(id.clone()),
            Some(_) => return Err(AuthFault::Malformed),
        };
        Ok(Self { algorithm, key_id, message: message.as_bytes(), signature, claims })
    }

    /// The claims, to be read once the signature is known to be right.
    pub(super) fn claims(&self) -> Result<(String, Value), AuthFault> {
        object(self.claims)
    }
}

/// A part that must be a JSON object without duplicate names (RFC 7519 §4).
fn object(encoded: &str) -> Result<(String, Value), AuthFault> {
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| AuthFault::Malformed)?;
    if !is_json(&bytes, LIMITS) {
        return Err(AuthFault::Malformed);
    }
    let text = String::from_utf8(bytes).map_err(|_| AuthFault::Malformed)?;
    let value: Value = serde_json::from_str(&text).map_err(|_| AuthFault::Malformed)?;
    if value.is_object() { Ok((text, value)) } else { Err(AuthFault::Malformed) }
}

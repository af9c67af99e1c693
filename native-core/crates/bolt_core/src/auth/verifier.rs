//! The verifier: which keys, which claims, and since when a token is known.

use std::cell::RefCell;

use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::cache::Cache;
use super::key::{Key, read_set};
use super::token::Token;
use super::{AuthFault, Claims, CompileError, JwtPlan, TokenSource, algorithm};

/// Verifies JWTs (RFC 7519, RFC 8725) with pinned algorithms.
#[derive(Debug)]
pub struct JwtVerifier {
    algorithms: Vec<Algorithm>,
    keys: Vec<Key>,
    issuer: Option<String>,
    audience: Option<Vec<String>>,
    leeway: f64,
    from: TokenSource,
    required: Vec<String>,
    cache: RefCell<Cache>,
}

/// Claims whose signature, issuer, audience and presence were verified, and the times between which they hold.
#[derive(Debug, Clone)]
pub(super) struct Verified {
    claims: Claims,
    expires: f64,
    not_before: f64,
}

impl JwtVerifier {
    /// Compiles a verifier.
    ///
    /// # Errors
    /// Unknown or no algorithm, a key that cannot be read or is too short, or keys of which none fits an algorithm.
    pub fn compile(plan: &JwtPlan, at: &str) -> Result<Self, CompileError> {
        let wrong = |field: &str, reason: String| Err(CompileError::new(format!("{at}.{field}"), reason));
        if plan.kind != "jwt" {
            return wrong("kind", format!("{:?} is unknown; it must be \"jwt\"", plan.kind));
        }
        let mut algorithms = Vec::new();
        for name in &plan.algorithms {
            match algorithm::named(name) {
                Some(algorithm) => algorithms.push(algorithm),
                None => {
                    let known = algorithm::names();
                    return wrong("algorithms", format!("{name:?} is not supported; supported are {known}"));
                }
            }
        }
        if algorithms.is_empty() {
            return wrong("algorithms", "at least one is needed".to_owned());
        }
        if plan.audience.as_ref().is_some_and(Vec::is_empty) {
            return wrong("audience", "an empty list would refuse every token; use null for no check".to_owned());
        }
        if matches!(&plan.from, TokenSource::Cookie { name } if name.is_empty()) {
            return wrong("from.name", "a cookie needs a name".to_owned());
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds; beyond 2^53 it is forever anyway")]
        let leeway = plan.leeway as f64;
        Ok(Self {
            keys: read_set(&plan.jwks, &algorithms, &format!("{at}.jwks"))?,
            algorithms,
            issuer: plan.issuer.clone(),
            audience: plan.audience.clone(),
            leeway,
            from: plan.from.clone(),
            required: plan.required.clone(),
            cache: RefCell::default(),
        })
    }

    /// Replaces all keys by those of a JWKS text and forgets what was verified with the old ones.
    ///
    /// # Errors
    /// As [`JwtVerifier::compile`]; then the old keys stay.
    pub fn set_keys(&mut self, jwks: &str, at: &str) -> Result<(), CompileError> {
        let jwks: Value =
            serde_json::from_str(jwks).map_err(|error| CompileError::new(at, format!("not valid JSON: {error}")))?;
        self.keys = read_set(&jwks, &self.algorithms, at)?;
        self.cache.get_mut().clear();
        Ok(())
    }

    /// Where its tokens are.
    pub fn source(&self) -> &TokenSource {
        &self.from
    }

    /// Verifies a token at a time in seconds since 1970.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn verify(&self, token: &[u8], now: u64) -> Result<Claims, AuthFault> {
        let known = self.cache.try_borrow_mut().ok().and_then(|mut cache| cache.get(token));
        if let Some(verified) = known {
            self.check_times(&verified, now)?;
            return Ok(verified.claims);
        }
        let verified = self.verify_signature(token).and_then(|claims| self.check_claims(claims))?;
        // Remembered before its times are looked at: an expired token that is sent over and over costs no more than a good one.
        if let Ok(mut cache) = self.cache.try_borrow_mut() {
            cache.insert(token, verified.clone());
        }
        self.check_times(&verified, now)?;
        Ok(verified.claims)
    }

    /// The claims of a token that one of the keys signed. A `kid` selects among the keys that have one; keys without one are for
    /// every token.
    fn verify_signature(&self, token: &[u8]) -> Result<(String, Value), AuthFault> {
        let token = Token::parse(token)?;
        if !self.algorithms.contains(&token.algorithm) {
            return Err(AuthFault::Algorithm);
        }
        let named = |key: &&Key| match (&key.id, &token.key_id) {
            (Some(id), Some(wanted)) => id == wanted,
            _ => true,
        };
        let fits = |key: &&Key| key.algorithms.contains(&token.algorithm) && named(key);
        let mut candidates = self.keys.iter().filter(fits).peekable();
        if candidates.peek().is_none() {
            return Err(AuthFault::Key);
        }
        if candidates.any(|key| key.verifies(token.signature, token.message, token.algorithm)) {
            token.claims()
        } else {
            Err(AuthFault::Signature)
        }
    }

    /// Everything about the claims that does not depend on the time.
    fn check_claims(&self, (text, value): (String, Value)) -> Result<Verified, AuthFault> {
        let expires = number(&value, "exp")?.ok_or(AuthFault::Claim)?;
        let not_before = number(&value, "nbf")?.unwrap_or(f64::NEG_INFINITY);
        if let Some(issuer) = &self.issuer
            && value.get("iss").and_then(Value::as_str) != Some(issuer)
        {
            return Err(AuthFault::Issuer);
        }
        if let Some(audience) = &self.audience
            && !is_meant(value.get("aud"), audience)
        {
            return Err(AuthFault::Audience);
        }
        let is_missing = |name: &String| value.get(name).is_none_or(Value::is_null);
        if self.required.iter().any(is_missing) {
            return Err(AuthFault::Claim);
        }
        Ok(Verified { claims: Claims::new(text, value), expires, not_before })
    }

    /// RFC 7519 §4.1.4 and §4.1.5: before `exp`, not before `nbf`.
    fn check_times(&self, verified: &Verified, now: u64) -> Result<(), AuthFault> {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
        let now = now as f64;
        if now >= verified.expires + self.leeway {
            return Err(AuthFault::Expired);
        }
        if now + self.leeway < verified.not_before {
            return Err(AuthFault::NotYet);
        }
        Ok(())
    }
}

/// A NumericDate (RFC 7519 §2), which may have decimals.
fn number(claims: &Value, name: &str) -> Result<Option<f64>, AuthFault> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(AuthFault::Claim),
    }
}

/// RFC 7519 §4.1.3: one string or several; a list with anything else is refused.
fn is_meant(given: Option<&Value>, audience: &[String]) -> bool {
    let is_ours = |name: &Value| name.as_str().is_some_and(|name| audience.iter().any(|ours| ours == name));
    match given {
        Some(Value::Array(names)) => names.iter().all(Value::is_string) && names.iter().any(is_ours),
        Some(name) => is_ours(name),
        None => false,
    }
}

//! Keys of a JWKS (RFC 7517), each bound to the algorithms that it may verify.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::{Map, Value};

use super::{CompileError, algorithm};

/// Most keys of one set.
const MAX_KEYS: usize = 64;

/// A key and what it may verify.
pub(super) struct Key {
    pub(super) id: Option<String>,
    pub(super) algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("id", &self.id).field("algorithms", &self.algorithms).finish_non_exhaustive()
    }
}

impl Key {
    /// Whether a base64url signature over a message is this key's.
    pub(super) fn verifies(&self, signature: &str, message: &[u8], algorithm: Algorithm) -> bool {
        crypto::verify(signature, message, &self.key, algorithm).unwrap_or(false)
    }
}

/// The keys of a set that can verify one of the algorithms. Keys for other purposes are passed over, as sets of identity
/// providers hold such; a set of which nothing is left is an error, an empty one is not.
pub(super) fn read_set(jwks: &Value, allowed: &[Algorithm], at: &str) -> Result<Vec<Key>, CompileError> {
    let Some(list) = jwks.get("keys").and_then(Value::as_array) else {
        return Err(CompileError::new(at, "must be a JWKS: an object with a list of keys"));
    };
    if list.len() > MAX_KEYS {
        return Err(CompileError::new(at, format!("has {} keys; at most {MAX_KEYS} are allowed", list.len())));
    }
    let mut keys = Vec::new();
    for (index, jwk) in list.iter().enumerate() {
        let at = format!("{at}.keys[{index}]");
        let Some(jwk) = jwk.as_object() else {
            return Err(CompileError::new(at, "must be an object"));
        };
        keys.extend(Jwk { jwk, at: &at }.key(allowed)?);
    }
    if keys.is_empty() && !list.is_empty() {
        return Err(CompileError::new(at, "no key fits any of the algorithms"));
    }
    Ok(keys)
}

/// One member of a set.
struct Jwk<'j> {
    jwk: &'j Map<String, Value>,
    at: &'j str,
}

impl Jwk<'_> {
    /// The key, or `None` if it is for something else.
    fn key(&self, allowed: &[Algorithm]) -> Result<Option<Key>, CompileError> {
        let verifies = self.jwk.get("key_ops").and_then(Value::as_array).is_none_or(|ops| {
            let is_verify = |op: &Value| op == "verify";
            ops.iter().any(is_verify)
        });
        if !verifies || self.text("use")?.is_some_and(|purpose| purpose != "sig") {
            return Ok(None);
        }
        let (fitting, key) = match self.text("kty")? {
            Some("oct") => self.secret(allowed)?,
            Some("RSA") => self.rsa(allowed)?,
            Some("EC") => self.curve(allowed)?,
            Some("OKP") => self.edwards(allowed)?,
            Some(_) => return Ok(None),
            None => return self.wrong("kty", "is missing"),
        };
        let mut algorithms: Vec<Algorithm> = allowed.iter().filter(|one| fitting.contains(one)).copied().collect();
        if let Some(name) = self.text("alg")? {
            let own = algorithm::named(name);
            algorithms.retain(|one| Some(*one) == own);
        }
        let Some(key) = key.filter(|_| !algorithms.is_empty()) else {
            return Ok(None);
        };
        for &algorithm in &algorithms {
            // Builds the key for the algorithm; that the signature is wrong does not matter.
            if let Err(error) = crypto::verify("AAAA", b"", &key, algorithm) {
                return self.wrong("kty", &format!("the key cannot be used: {error}"));
            }
        }
        Ok(Some(Key { id: self.text("kid")?.map(str::to_owned), algorithms, key }))
    }

    /// HMAC: the secret must be as long as the hash (RFC 7518 §3.2).
    fn secret(&self, allowed: &[Algorithm]) -> Result<Fitting, CompileError> {
        let lengths = [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)];
        let wanted: Vec<_> = lengths.into_iter().filter(|(algorithm, _)| allowed.contains(algorithm)).collect();
        if wanted.is_empty() {
            return Ok(NOTHING);
        }
        let secret = self.bytes("k")?;
        if let Some((algorithm, length)) = wanted.iter().find(|(_, length)| secret.len() < *length) {
            let given = secret.len();
            return self.wrong("k", &format!("{algorithm:?} needs a secret of {length} bytes or more, not {given}"));
        }
        let algorithms = wanted.into_iter().map(|(algorithm, _)| algorithm).collect();
        Ok((algorithms, Some(DecodingKey::from_secret(&secret))))
    }

    /// RSA: 2048 to 4096 bits (RFC 7518 §3.3), odd modulus and exponent.
    fn rsa(&self, allowed: &[Algorithm]) -> Result<Fitting, CompileError> {
        use Algorithm::{PS256, PS384, PS512, RS256, RS384, RS512};
        let algorithms = vec![RS256, RS384, RS512, PS256, PS384, PS512];
        if !allowed.iter().any(|one| algorithms.contains(one)) {
            return Ok(NOTHING);
        }
        let strip = |bytes: Vec<u8>| bytes.into_iter().skip_while(|&byte| byte == 0).collect::<Vec<u8>>();
        let (modulus, exponent) = (strip(self.bytes("n")?), strip(self.bytes("e")?));
        let is_odd = |bytes: &[u8]| bytes.last().is_some_and(|byte| byte % 2 == 1);
        let bits = modulus.len() * 8 - modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        if !(2048..=4096).contains(&bits) || !is_odd(&modulus) {
            return self.wrong("n", &format!("the modulus must be odd and have 2048 to 4096 bits, not {bits}"));
        }
        if !is_odd(&exponent) || exponent == [1] || exponent.len() > 4 {
            return self.wrong("e", "the exponent must be odd, greater than 1 and at most 4 bytes long");
        }
        Ok((algorithms, Some(DecodingKey::from_rsa_raw_components(&modulus, &exponent))))
    }

    /// ECDSA: the curve decides the algorithm (RFC 7518 §3.4).
    fn curve(&self, allowed: &[Algorithm]) -> Result<Fitting, CompileError> {
        let (algorithm, length) = match self.text("crv")? {
            Some("P-256") => (Algorithm::ES256, 32),
            Some("P-384") => (Algorithm::ES384, 48),
            _ => return Ok(NOTHING),
        };
        if !allowed.contains(&algorithm) {
            return Ok(NOTHING);
        }
        for name in ["x", "y"] {
            if self.bytes(name)?.len() != length {
                return self.wrong(name, &format!("must be {length} bytes"));
            }
        }
        let (x, y) = (self.text("x")?.unwrap_or_default(), self.text("y")?.unwrap_or_default());
        let key = DecodingKey::from_ec_components(x, y);
        let key = key.map_err(|error| CompileError::new(self.at, error.to_string()))?;
        Ok((vec![algorithm], Some(key)))
    }

    /// EdDSA with Ed25519 (RFC 8037 §2).
    fn edwards(&self, allowed: &[Algorithm]) -> Result<Fitting, CompileError> {
        if self.text("crv")? != Some("Ed25519") || !allowed.contains(&Algorithm::EdDSA) {
            return Ok(NOTHING);
        }
        let point = self.bytes("x")?;
        if point.len() != 32 {
            return self.wrong("x", "must be 32 bytes");
        }
        Ok((vec![Algorithm::EdDSA], Some(DecodingKey::from_ed_der(&point))))
    }

    fn wrong<T>(&self, name: &str, reason: &str) -> Result<T, CompileError> {
        Err(CompileError::new(format!("{}.{name}", self.at), reason))
    }

    fn text(&self, name: &str) -> Result<Option<&str>, CompileError> {
        match self.jwk.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => self.wrong(name, "must be a string"),
        }
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, CompileError> {
        let Some(text) = self.text(name)? else {
            return self.wrong(name, "is missing");
        };
        URL_SAFE_NO_PAD.decode(text).or_else(|_| self.wrong(name, "must be base64url without padding"))
    }
}

/// The algorithms that a key can verify, and the key if any of them is wanted.
type Fitting = (Vec<Algorithm>, Option<DecodingKey>);

const NOTHING: Fitting = (Vec::new(), None);

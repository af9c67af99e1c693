//! What TLS is set up with, and the making of a configuration that rustls runs. Whatever is not understood fails.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use serde::Deserialize;

use super::names::Names;

/// TLS of a listener; everything is PEM text.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsOptions {
    /// At least one; the first is for clients that name no server, or none of these.
    pub certificates: Vec<CertificateOptions>,
    /// `None`: clients are not asked for a certificate.
    pub client_auth: Option<ClientAuth>,
    /// Oldest version that is spoken.
    pub min_version: Version,
}

/// A certificate with its chain and key.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateOptions {
    /// Names of servers it is for; `*.` stands for one label.
    pub servers: Vec<String>,
    /// The certificate, then those that lead to its authority.
    pub cert: String,
    /// Its private key.
    pub key: String,
}

/// Certificates of clients.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientAuth {
    /// Authorities that sign them.
    pub ca: String,
    /// Whether a client without one is refused; a wrong one always is.
    pub required: bool,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Version {
    /// RFC 5246
    #[serde(rename = "1.2")]
    Tls12,
    /// RFC 8446
    #[serde(rename = "1.3")]
    Tls13,
}

/// Why TLS cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsError(String);

impl TlsError {
    fn at(place: &str, reason: impl fmt::Display) -> Self {
        Self(format!("tls.{place}: {reason}"))
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TlsError {}

impl TlsOptions {
    /// Reads options from their JSON text.
    ///
    /// # Errors
    /// An unknown key or a value of the wrong type.
    pub fn parse(json: &str) -> Result<Self, TlsError> {
        serde_json::from_str(json).map_err(|error| TlsError(format!("tls options: {error}")))
    }

    /// Makes the configuration; `http2` is offered before HTTP/1.1.
    pub(crate) fn build(&self, http2: bool) -> Result<Arc<ServerConfig>, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let names = self.names(&provider)?;
        let versions: &[&SupportedProtocolVersion] = match self.min_version {
            Version::Tls12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
            Version::Tls13 => &[&rustls::version::TLS13],
        };
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(versions)
            .map_err(|error| TlsError::at("minVersion", error))?;
        let builder = match &self.client_auth {
            Some(auth) => builder.with_client_cert_verifier(auth.verifier(provider)?),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_cert_resolver(Arc::new(names));
        config.alpn_protocols =
            if http2 { vec![b"h2".to_vec(), b"http/1.1".to_vec()] } else { vec![b"http/1.1".to_vec()] };
        // Tickets carry the client's certificate, so they end with the configuration that checked it: each has keys of its own.
        config.ticketer =
            ring::Ticketer::new().map_err(|error| TlsError(format!("tls: no keys for tickets: {error}")))?;
        Ok(Arc::new(config))
    }

    fn names(&self, provider: &CryptoProvider) -> Result<Names, TlsError> {
        let mut names = Names::default();
        for (i, one) in self.certificates.iter().enumerate() {
            let key = Arc::new(one.load(provider, &format!("certificates[{i}]"))?);
            names.add(&one.servers, &key);
        }
        if names.is_empty() { Err(TlsError::at("certificates", "at least one is needed")) } else { Ok(names) }
    }
}

impl CertificateOptions {
    fn load(&self, provider: &CryptoProvider, at: &str) -> Result<CertifiedKey, TlsError> {
        let chain = certificates(&self.cert, &format!("{at}.cert"))?;
        let place = format!("{at}.key");
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes())
            .map_err(|error| TlsError::at(&place, format!("no private key in PEM form was found ({error})")))?;
        let key = provider.key_provider.load_private_key(key).map_err(|error| TlsError::at(&place, error))?;
        let certified = CertifiedKey::new(chain, key);
        certified.keys_match().map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsError::at(&place, "the key is not the one of the certificate"),
            error => TlsError::at(&format!("{at}.cert"), error),
        })?;
        Ok(certified)
    }
}

impl ClientAuth {
    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
        let at = "clientAuth.ca";
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&self.ca, at)? {
            roots.add(certificate).map_err(|error| TlsError::at(at, error))?;
        }
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let builder = if self.required { builder } else { builder.allow_unauthenticated() };
        builder.build().map_err(|error| TlsError::at(at, error))
    }
}

fn certificates(pem: &str, at: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let list = read.map_err(|error| TlsError::at(at, format!("malformed PEM ({error})")))?;
    if list.is_empty() { Err(TlsError::at(at, "no certificate in PEM form was found")) } else { Ok(list) }
}

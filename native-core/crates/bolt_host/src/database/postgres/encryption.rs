//! Encrypted connections: what `sslmode` asks for (libpq, "SSL Mode Descriptions"), and the handshake.

use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bolt_postgres::ENCRYPTION_REQUEST;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::options::Place;
use crate::outbound::Stream;

/// Whether and how connections are encrypted.
#[derive(Debug, Clone)]
pub(super) enum Encryption {
    Never,
    /// If the server can; whoever listens on the way may also say that it cannot.
    Preferred(Arc<ClientConfig>),
    Required(Arc<ClientConfig>),
}

/// What is asked of the server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Nothing,
    Authority,
    AuthorityAndName,
}

impl Encryption {
    /// What a mode of libpq means. `roots`: a file of authorities in PEM, or `system`.
    pub(super) fn of(mode: &str, roots: Option<&str>) -> Result<Self, String> {
        Ok(match mode {
            "disable" | "allow" => Self::Never,
            "prefer" => Self::Preferred(config(Check::Nothing, None)?),
            // With a file of authorities libpq has it verify the authority.
            "require" if roots.is_some() => Self::Required(config(Check::Authority, roots)?),
            "require" => Self::Required(config(Check::Nothing, None)?),
            "verify-ca" => Self::Required(config(Check::Authority, roots)?),
            "verify-full" => Self::Required(config(Check::AuthorityAndName, roots)?),
            _ => {
                let modes = "disable, allow, prefer, require, verify-ca or verify-full";
                return Err(format!("sslmode is \"{mode}\"; it is {modes}"));
            }
        })
    }

    /// Asks the server to encrypt and does the handshake, before anything else is said.
    pub(super) async fn begin(&self, mut stream: Stream, place: &Place) -> io::Result<Carrier> {
        let (config, is_required) = match (self, place) {
            // As libpq: a socket of the same machine is not encrypted.
            (Self::Never, _) | (_, Place::Unix { .. }) => return Ok(Carrier::Plain(stream)),
            (Self::Preferred(config), _) => (config, false),
            (Self::Required(config), _) => (config, true),
        };
        let Place::Tcp { host, .. } = place else { return Ok(Carrier::Plain(stream)) };
        let mut request = ENCRYPTION_REQUEST.as_slice();
        while !request.is_empty() {
            let count = poll_fn(|cx| Pin::new(&mut stream).poll_write(cx, request)).await?;
            request = &request[count..];
        }
        // One byte and no more: what comes behind it unencrypted would be taken for the server's (CVE-2021-23222).
        let mut answer = [0];
        let mut read = ReadBuf::new(&mut answer);
        poll_fn(|cx| Pin::new(&mut stream).poll_read(cx, &mut read)).await?;
        match read.filled() {
            b"S" => {
                let name = ServerName::try_from(host.clone()).map_err(io::Error::other)?;
                let stream = TlsConnector::from(config.clone()).connect(name, stream).await?;
                Ok(Carrier::Encrypted(Box::new(stream)))
            }
            b"N" if is_required => Err(io::Error::other("the server does not encrypt, and sslmode asks for it")),
            b"N" => Ok(Carrier::Plain(stream)),
            _ => Err(io::Error::other("the server is no PostgreSQL: it cannot say whether it encrypts")),
        }
    }
}

fn config(check: Check, roots: Option<&str>) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = match check {
        Check::Nothing => None,
        Check::Authority | Check::AuthorityAndName => {
            let roots = Arc::new(authorities(roots)?);
            let built = WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build();
            Some(built.map_err(|error| format!("sslrootcert: {error}"))?)
        }
    };
    let verifier = Verifier { chain: verifier, has_name: check == Check::AuthorityAndName, provider: provider.clone() };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    let config = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth();
    Ok(Arc::new(config))
}

/// Of a file, or of the system.
fn authorities(roots: Option<&str>) -> Result<RootCertStore, String> {
    let certificates = match roots {
        None | Some("system") => rustls_native_certs::load_native_certs().certs,
        Some(path) => {
            let read = CertificateDer::pem_file_iter(Path::new(path)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            read.map_err(|error| format!("sslrootcert \"{path}\" cannot be read: {error}"))?
        }
    };
    let mut store = RootCertStore::empty();
    if store.add_parsable_certificates(certificates).0 == 0 {
        let place = roots.unwrap_or("system");
        return Err(format!("sslrootcert \"{place}\" holds no authority to verify the database by"));
    }
    Ok(store)
}

/// Verifies as much as the mode says; signatures of the handshake always.
#[derive(Debug)]
struct Verifier {
    /// None where any certificate will do.
    chain: Option<Arc<WebPkiServerVerifier>>,
    has_name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        staple: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(certificate, between, name, staple, now) {
            // The name is looked at last: the chain is good.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.has_name => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A connection, encrypted or not.
#[derive(Debug)]
pub(super) enum Carrier {
    Plain(Stream),
    Encrypted(Box<TlsStream<Stream>>),
}

impl Carrier {
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, read),
            Self::Encrypted(stream) => Pin::new(stream).poll_read(cx, read),
        }
    }

    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Encrypted(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    /// Sends what encryption holds back.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(_) => Poll::Ready(Ok(())),
            Self::Encrypted(stream) => Pin::new(stream).poll_flush(cx),
        }
    }
}

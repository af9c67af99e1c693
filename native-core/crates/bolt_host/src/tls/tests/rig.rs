//! Certificates that are made here, an engine behind TLS, and a client.

use std::io::{Read, Write};
use std::sync::Arc;

use bolt_core::engine::{ConnectionId, Slots};
use bolt_core::{Engine, Fate};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, SupportedProtocolVersion};

use super::super::{CertificateOptions, ClientAuth, Tls, TlsOptions, Version};

/// Signs certificates.
pub(super) struct Authority {
    pub(super) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("signed").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate and its key for some names.
    pub(super) fn issue(&self, names: &[&str]) -> CertificateOptions {
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names.clone()).expect("names");
        params.distinguished_name.push(DnType::CommonName, names[0].clone());
        let cert = params.signed_by(&key, &self.issuer).expect("signed").pem();
        CertificateOptions { servers: names, cert, key: key.serialize_pem() }
    }
}

/// Options with one certificate for `a.example`.
pub(super) fn options(authority: &Authority) -> TlsOptions {
    TlsOptions { certificates: vec![authority.issue(&["a.example"])], client_auth: None, min_version: Version::Tls12 }
}

/// Asks clients for a certificate of an authority.
pub(super) fn client_auth(authority: &Authority, required: bool) -> Option<ClientAuth> {
    Some(ClientAuth { ca: authority.pem.clone(), required })
}

/// What a client is set up with.
pub(super) struct Client<'a> {
    pub(super) authority: &'a Authority,
    pub(super) versions: &'a [&'static SupportedProtocolVersion],
    pub(super) certificate: Option<CertificateOptions>,
    pub(super) protocols: &'a [&'a [u8]],
}

impl<'a> Client<'a> {
    pub(super) fn of(authority: &'a Authority) -> Self {
        Self { authority, versions: rustls::ALL_VERSIONS, certificate: None, protocols: &[] }
    }

    pub(super) fn config(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.pem.as_bytes()).expect("PEM")).expect("a root");
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(self.versions)
            .expect("versions")
            .with_root_certificates(roots);
        let mut config = match &self.certificate {
            Some(CertificateOptions { cert, key, .. }) => {
                let chain = vec![CertificateDer::from_pem_slice(cert.as_bytes()).expect("PEM")];
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
                builder.with_client_auth_cert(chain, key).expect("a certificate")
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = self.protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    }
}

/// Both sides, with bytes that go from one to the other.
pub(super) struct Rig {
    pub(super) engine: Engine,
    pub(super) id: ConnectionId,
    pub(super) tls: Tls,
    pub(super) client: ClientConnection,
    pub(super) received: Vec<u8>,
    pub(super) now: u64,
    /// What GET `/json` is answered with.
    pub(super) answer: Vec<u8>,
    /// Most bytes that go to the server at one time.
    pub(super) piece: usize,
}

impl Rig {
    pub(super) fn new(options: &TlsOptions, client: &Client<'_>) -> Self {
        Self::with(options.build(true).expect("a configuration"), client.config(), "{}")
    }

    pub(super) fn with(server: Arc<rustls::ServerConfig>, client: Arc<ClientConfig>, limits: &str) -> Self {
        let plan = crate::http2::tests::plan(limits);
        let mut engine = Engine::new(&plan, Slots::default()).expect("a plan");
        engine.set_time(1_000, 1);
        let id = engine.open("192.0.2.7".parse().expect("an address"));
        let tls = Tls::new(&mut engine, id, server).expect("random numbers");
        let name = ServerName::try_from("a.example").expect("a name");
        let client = ClientConnection::new(client, name).expect("a client");
        let (received, answer) = (Vec::new(), b"{}".to_vec());
        Self { engine, id, tls, client, received, now: 1_000, answer, piece: usize::MAX }
    }

    /// Lets both sides go on until neither has anything to say; an error is the client's.
    pub(super) fn run(&mut self) -> Result<(), rustls::Error> {
        loop {
            let mut sent = Vec::new();
            while self.client.wants_write() {
                self.client.write_tls(&mut sent).expect("written");
            }
            for piece in sent.chunks(self.piece) {
                self.tls.receive(&mut self.engine, self.id, piece);
            }
            let answer = self.take();
            if sent.is_empty() && answer.is_empty() {
                return Ok(());
            }
            let mut rest = answer.as_slice();
            while !rest.is_empty() {
                self.client.read_tls(&mut rest).expect("read");
                let state = self.client.process_new_packets()?;
                let mut plain = vec![0; state.plaintext_bytes_to_read()];
                self.client.reader().read_exact(&mut plain).expect("read");
                self.received.extend(plain);
            }
        }
    }

    /// Runs the calls and takes all that the server writes.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        loop {
            while let Some(call) = self.engine.next_call() {
                self.engine.complete(call.handle, &self.answer);
            }
            let output = self.tls.output(&mut self.engine, self.id);
            if output.is_empty() {
                return out;
            }
            let count = output.len();
            out.extend_from_slice(output);
            self.tls.wrote(count);
        }
    }

    /// Sends plain bytes.
    pub(super) fn send(&mut self, bytes: &[u8]) -> String {
        self.client.writer().write_all(bytes).expect("written");
        self.run().expect("understood");
        String::from_utf8_lossy(&std::mem::take(&mut self.received)).into_owned()
    }

    pub(super) fn get(&mut self) -> String {
        self.send(b"GET /json HTTP/1.1\r\nHost: a.example\r\n\r\n")
    }

    pub(super) fn pass(&mut self, milliseconds: u64) {
        self.now += milliseconds;
        self.engine.set_time(self.now, self.now / 1_000);
        self.engine.on_deadline();
    }

    pub(super) fn fate(&mut self) -> Fate {
        self.take();
        self.tls.fate(&self.engine, self.id)
    }
}

//! Which certificate a client gets, by the name of the server it asks for (SNI, RFC 6066 §3).

use std::collections::HashMap;
use std::sync::Arc;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Certificates by name.
#[derive(Debug, Default)]
pub(super) struct Names {
    exact: HashMap<String, Arc<CertifiedKey>>,
    /// By what follows `*.`.
    wildcard: HashMap<String, Arc<CertifiedKey>>,
    /// For clients that name no server, or none of these.
    fallback: Option<Arc<CertifiedKey>>,
}

impl Names {
    /// Adds a certificate; of several for one name the first counts.
    pub(super) fn add(&mut self, servers: &[String], key: &Arc<CertifiedKey>) {
        for server in servers {
            let server = server.to_ascii_lowercase();
            match server.strip_prefix("*.") {
                Some(parent) => self.wildcard.entry(parent.to_owned()).or_insert_with(|| key.clone()),
                None => self.exact.entry(server).or_insert_with(|| key.clone()),
            };
        }
        self.fallback.get_or_insert_with(|| key.clone());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fallback.is_none()
    }

    /// The certificate for a name; rustls gives it in lower case and without a final dot.
    fn find(&self, server: Option<&str>) -> Option<&Arc<CertifiedKey>> {
        let named = server.and_then(|server| {
            let parent = || server.split_once('.').and_then(|(_, parent)| self.wildcard.get(parent));
            self.exact.get(server).or_else(parent)
        });
        named.or(self.fallback.as_ref())
    }
}

impl ResolvesServerCert for Names {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let server = hello.server_name().map(str::to_ascii_lowercase);
        self.find(server.as_deref()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_names_come_before_wildcards_and_the_first_certificate_is_for_all_others() {
        let provider = rustls::crypto::ring::default_provider();
        let key = || {
            let pair = rcgen::KeyPair::generate().expect("a key");
            let der = rustls::pki_types::PrivateKeyDer::try_from(pair.serialize_der()).expect("DER");
            Arc::new(CertifiedKey::new(Vec::new(), provider.key_provider.load_private_key(der).expect("a key")))
        };
        let keys = [key(), key(), key()];
        let mut names = Names::default();
        for (key, servers) in keys.iter().zip([vec!["A.example"], vec!["*.a.example"], vec!["b.a.example"]]) {
            names.add(&servers.into_iter().map(str::to_owned).collect::<Vec<_>>(), key);
        }
        for (server, expected) in [
            (Some("a.example"), 0),
            (Some("x.a.example"), 1),
            (Some("x.y.a.example"), 0),
            (Some("b.a.example"), 1 + 1),
            (Some("other"), 0),
            (None, 0),
        ] {
            assert!(Arc::ptr_eq(names.find(server).expect("a key"), &keys[expected]), "{server:?}");
        }
    }
}

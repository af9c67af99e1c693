//! Settings that cannot be served are refused.

use super::super::TlsOptions;
use super::rig::{Authority, client_auth, options};

fn refusal(options: &TlsOptions) -> String {
    options.build(true).expect_err("refused").to_string()
}

#[test]
fn config_that_failed_open_a_certificate_that_is_none_is_refused() {
    let authority = Authority::new("A");
    let good = options(&authority);
    for (bad, text) in [
        ("", "tls.certificates[0].cert: no certificate"),
        ("nonsense", "tls.certificates[0].cert: no certificate"),
        ("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", "tls.certificates[0].cert: malformed PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "tls.certificates[0].cert: "),
    ] {
        let mut options = good.clone();
        options.certificates[0].cert = bad.to_owned();
        assert!(refusal(&options).starts_with(text), "{}", refusal(&options));
    }
}

#[test]
fn config_that_failed_open_a_key_that_is_none_or_another_s_is_refused() {
    let authority = Authority::new("A");
    let mut options = options(&authority);
    options.certificates[0].key = "nonsense".to_owned();
    assert!(refusal(&options).starts_with("tls.certificates[0].key: no private key"), "{}", refusal(&options));
    options.certificates[0].key = authority.issue(&["b.example"]).key;
    assert_eq!(refusal(&options), "tls.certificates[0].key: the key is not the one of the certificate");
}

#[test]
fn config_that_failed_open_authorities_that_are_none_are_refused() {
    let authority = Authority::new("A");
    let mut options = options(&authority);
    options.client_auth = client_auth(&authority, false);
    if let Some(auth) = &mut options.client_auth {
        auth.ca = "nonsense".to_owned();
    }
    assert!(refusal(&options).starts_with("tls.clientAuth.ca: no certificate"), "{}", refusal(&options));
}

#[test]
fn unknown_settings_are_refused() {
    for json in [
        r#"{"certificates":[],"clientAuth":null,"minVersion":"1.1"}"#,
        r#"{"certificates":[],"clientAuth":null,"minVersion":"1.2","ciphers":"all"}"#,
    ] {
        assert!(TlsOptions::parse(json).is_err());
    }
    let none = TlsOptions::parse(r#"{"certificates":[],"clientAuth":null,"minVersion":"1.2"}"#).expect("read");
    assert_eq!(refusal(&none), "tls.certificates: at least one is needed");
}

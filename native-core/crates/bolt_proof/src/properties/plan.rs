//! A plan is compiled or refused with a reason; it never panics, and what was compiled serves.

use bolt_core::Engine;
use bolt_core::engine::Slots;

pub(super) fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    match Engine::new(text, Slots::default()) {
        Err(error) => {
            assert!(!error.message.is_empty() && matches!(error.code, "invalid-plan" | "duplicate-route"), "{error:?}")
        }
        Ok(mut engine) => {
            engine.set_time(0, 1_700_000_000);
            let id = engine.open(std::net::Ipv4Addr::LOCALHOST.into());
            engine.receive(id, b"GET /a?b=c HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\n\r\n");
            while engine.next_call().is_some() {}
        }
    }
}

//! Rate limits in the engine: who is counted, when, and that no handler hears of what is refused.

#[path = "engine/client.rs"]
mod client;

use client::{Client, app, handler};

/// One route with a limit of two requests in ten seconds, asked at once or in pairs five seconds apart.
fn plan(key: &str) -> String {
    let limit = format!(r#"{{"limit":2,"window":10,"burst":2,"key":{key}}}"#);
    let plan = app("{}", &[handler(0, "GET", "/x", r#""rateLimits":[0]"#)]);
    plan.replacen('{', &format!(r#"{{"rateLimits":[{limit}],"#), 1)
}

fn ask(client: &mut Client, headers: &str) -> u16 {
    client.send(format!("GET /x HTTP/1.1\r\nHost: a\r\n{headers}\r\n").as_bytes());
    client.answer_calls();
    *client.statuses().last().expect("an answer")
}

#[test]
fn the_request_over_the_limit_is_answered_429_without_a_call() {
    let mut client = Client::new(&plan(r#"{"kind":"address"}"#));
    assert_eq!([ask(&mut client, ""), ask(&mut client, ""), ask(&mut client, "")], [200, 200, 429]);
    assert_eq!((client.engine.stats().calls, client.engine.stats().native_answers), (2, 1));
    let responses = client.responses();
    let refused = responses.last().expect("a response");
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(refused.header("ratelimit"), Some("\"address\";r=0;t=5"));
    assert_eq!(refused.json()["code"], "too-many-requests");
}

#[test]
fn waiting_as_long_as_retry_after_says_is_enough() {
    let mut client = Client::new(&plan(r#"{"kind":"all"}"#));
    assert_eq!([ask(&mut client, ""), ask(&mut client, ""), ask(&mut client, "")], [200, 200, 429]);
    client.wait(5_000);
    assert_eq!([ask(&mut client, ""), ask(&mut client, "")], [200, 429]);
}

#[test]
fn several_fields_of_one_name_are_one_key_in_their_order() {
    let mut client = Client::new(&plan(r#"{"kind":"header","name":"X-Key"}"#));
    let keys = [
        "X-Key: a\r\nX-Key: b\r\n",
        "x-key: a\r\nx-key: b\r\n",
        "X-Key: a\r\nX-Key: b\r\n",
        "X-Key: b\r\nX-Key: a\r\n",
    ];
    assert_eq!(keys.map(|key| ask(&mut client, key)), [200, 200, 429, 200]);
}

#[test]
fn a_limit_that_is_not_there_or_counts_claims_of_nobody_fails_the_start() {
    for (plan, reason) in [
        (app("{}", &[handler(0, "GET", "/x", r#""rateLimits":[0]"#)]), "there is no rate limit 0"),
        (plan(r#"{"kind":"claim","claim":"sub"}"#), "needs an auth that verifies it"),
        (plan(r#"{"kind":"ip"}"#), "rateLimits[0]"),
    ] {
        let error = bolt_core::Engine::new(&plan, Default::default()).expect_err("refused");
        assert!(error.message.contains(reason), "{}", error.message);
    }
}

//! What the engine tells about its answers, if the plan asks for it.

#[path = "engine/client.rs"]
mod client;

use client::{Client, app, handler};
use serde_json::{Value, json};

fn observing(observe: &str) -> Client {
    let plan = app("{}", &[handler(0, "GET", "/a", ""), handler(1, "GET", "/b", "")]);
    Client::new(&plan.replacen('{', &format!(r#"{{"observe":{observe},"#), 1))
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes()
}

fn parsed(text: Option<String>) -> Value {
    serde_json::from_str(&text.expect("observed")).expect("JSON")
}

#[test]
fn answers_are_counted_by_route_and_class_and_their_times_sorted_by_the_bounds() {
    let mut client = observing(r#"{"bounds":[1000,100000],"log":false}"#);
    client.send(&get("/b"));
    client.wait(50);
    client.answer_calls();
    client.send(&get("/b"));
    client.answer_calls();
    client.send(&get("/none"));
    let metrics = parsed(client.engine.metrics());
    assert_eq!(
        metrics["routes"],
        json!([
            { "route": 1, "classes": [0, 0, 2, 0, 0, 0], "buckets": [1, 1, 0], "sum": 50_000 },
            { "route": -1, "classes": [0, 0, 0, 0, 1, 0], "buckets": [1, 0, 0], "sum": 0 },
        ])
    );
    assert_eq!(metrics["waiting"], json!({ "buckets": [1, 1, 0], "sum": 50_000 }));
    assert_eq!(client.engine.take_log(), None);
}

#[test]
fn the_log_is_taken_once_and_malformed_requests_are_in_it() {
    let mut client = observing(r#"{"bounds":null,"log":true}"#);
    client.send(b"GET /a HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\"b\\\r\n\r\n");
    client.answer_calls();
    client.send(b"nonsense\r\n\r\n");
    let log = parsed(client.engine.take_log());
    assert_eq!(log["entries"][0], json!(["GET", 0, 200, 0, "a\"b\\", "127.0.0.1"]));
    assert_eq!((&log["entries"][1][1], &log["entries"][1][2]), (&json!(-1), &json!(400)));
    assert_eq!((log["entries"].as_array().map(Vec::len), &log["dropped"]), (Some(2), &json!(0)));
    assert_eq!(client.engine.take_log(), None);
    assert_eq!(client.engine.metrics(), None);
}

#[test]
fn a_log_that_nobody_takes_stays_bounded() {
    let mut client = observing(r#"{"bounds":null,"log":true}"#);
    for _ in 0..1_000 {
        client.send(&get("/none").repeat(100));
        client.received.clear();
    }
    let text = client.engine.take_log().expect("a log");
    assert!(text.len() < 5 * 1024 * 1024, "{}", text.len());
    let log: Value = serde_json::from_str(&text).expect("JSON");
    let kept = log["entries"].as_array().map_or(0, Vec::len) as u64;
    assert_eq!(kept + log["dropped"].as_u64().expect("a number"), 100_000);
}

#[test]
fn nothing_is_kept_unless_asked_for() {
    let mut client = Client::new(&app("{}", &[]));
    client.send(&get("/none"));
    assert_eq!((client.engine.metrics(), client.engine.take_log()), (None, None));
}

#[test]
fn bounds_that_do_not_ascend_fail_the_start() {
    let plan = app("{}", &[]).replacen('{', r#"{"observe":{"bounds":[2,1],"log":false},"#, 1);
    let error = bolt_core::Engine::new(&plan, Default::default()).expect_err("refused");
    assert_eq!(error.message, "observe.bounds: must ascend");
}

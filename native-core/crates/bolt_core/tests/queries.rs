//! Requests that a database answers: which reach it, with which values, and what becomes of them.
#![allow(clippy::unwrap_used)]

mod auth_keys;
#[path = "engine/client.rs"]
mod client;

use auth_keys::{fresh, secret, token, with};
use bolt_core::Engine;
use bolt_core::engine::{Parameter, Slots};
use bolt_core::error::{ErrorCode, Refusal};
use client::{Client, app, handler};
use serde_json::{Value, json};

/// A route whose statement has these parameters; `more` replaces fields of its request.
fn route(method: &str, more: &str, parameters: Value, claims: Value) -> String {
    let request: Value = serde_json::from_str(&handler(0, method, "/notes/:id", more)).unwrap();
    json!({
        "kind": "query", "id": 0, "method": method, "path": "/notes/:id", "request": request, "claims": claims,
        "pool": 1, "statement": 2, "parameters": parameters,
    })
    .to_string()
}

fn plan(method: &str, more: &str, parameters: Value, claims: Value) -> String {
    let auth = auth_keys::plan(&["HS256"], json!([secret()])).to_string();
    app("{}", &[route(method, more, parameters, claims)])
        .replace(r#""auths":[],"routes""#, &format!(r#""auths":[{auth}],"routes""#))
}

const SIGNED_IN: &str = r#""auths":[0]"#;

fn get(claims: Option<&Value>) -> String {
    let authorization = claims.map(|claims| format!("Authorization: Bearer {}\r\n", token(claims))).unwrap_or_default();
    format!("GET /notes/7?limit=3&open=true HTTP/1.1\r\nHost: a\r\n{authorization}\r\n")
}

fn post(body: &str) -> String {
    let length = body.len();
    format!(
        "POST /notes/7 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// What reaches the database, and the status if nothing does.
fn asked(plan: &str, request: &str) -> Result<Vec<Option<String>>, u16> {
    let mut client = Client::new(plan);
    client.send(request.as_bytes());
    assert!(!client.engine.has_calls(), "no handler is asked");
    let call = client.engine.next_query();
    client.pump();
    match call {
        Some(call) => {
            assert_eq!((call.pool, call.statement, client.engine.stats().queries), (1, 2, 1));
            Ok(call.parameters.into_iter().map(Parameter::into_text).collect())
        }
        None => {
            assert_eq!(client.engine.stats().queries, 0);
            Err(client.statuses()[0])
        }
    }
}

fn texts(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|value| Some((*value).to_owned())).collect()
}

#[test]
fn parameters_are_the_validated_values_of_the_request() {
    let query = r#""query":{"names":["limit","open","after"],"schema":{"type":"object","properties":{
        "limit":{"type":"integer","maximum":5},"open":{"type":"boolean"},"after":{"type":"string"}},"required":["limit"]}}"#;
    let input = |at: usize| json!({ "kind": "input", "at": at });
    let constant = json!({ "kind": "constant", "value": "c" });
    let parameters = json!([input(0), input(1), input(2), input(3), constant]);
    let plan = plan("GET", query, parameters, json!([]));
    let mut expected = texts(&["7", "3", "true", "c"]);
    expected.insert(3, None);
    assert_eq!(asked(&plan, &get(None)), Ok(expected));
    assert_eq!(asked(&plan, &get(None).replace("limit=3", "limit=6")), Err(422), "what is invalid does not get there");
    let hostile = get(None).replace("/notes/7", "/notes/%27%3B%20drop%20table%20notes%3B--");
    assert_eq!(asked(&plan, &hostile).unwrap()[0].as_deref(), Some("'; drop table notes;--"), "a value stays a value");
}

#[test]
fn properties_of_the_body_are_parameters() {
    let body = r#""body":{"required":true,"schema":{"type":"object","properties":{"title":{"type":"string"}},"required":["title"]}}"#;
    let property = |name: &str, json: bool| json!({ "kind": "body", "name": name, "json": json });
    let parameters =
        json!([property("title", false), property("tags", true), property("title", true), property("none", true)]);
    let plan = plan("POST", body, parameters, json!([]));
    let mut expected = texts(&["a\"b", r#"["x",1]"#, r#""a\"b""#]);
    expected.push(None);
    assert_eq!(asked(&plan, &post(r#"{"title":"a\"b","tags":["x",1]}"#)), Ok(expected));
    assert_eq!(asked(&plan, &post(r#"{"title":1}"#)), Err(422));
}

#[test]
fn claims_are_parameters_and_who_lacks_one_is_refused() {
    let claim = |path: &str| json!({ "kind": "claim", "path": path, "json": false });
    let plan = plan("GET", SIGNED_IN, json!([claim("sub"), claim("org.id")]), json!([]));
    let member = with(fresh(), "org", json!({ "id": 12 }));
    assert_eq!(asked(&plan, &get(Some(&member))), Ok(texts(&["u1", "12"])));
    assert_eq!(asked(&plan, &get(Some(&fresh()))), Err(403), "a claim is missing");
    assert_eq!(asked(&plan, &get(Some(&with(fresh(), "org", json!({ "id": null }))))), Err(403));
    assert_eq!(asked(&plan, &get(None)), Err(401));
}

#[test]
fn claims_must_fit_one_of_the_schemas() {
    let role =
        |role: &str| json!({ "type": "object", "properties": { "role": { "const": role } }, "required": ["role"] });
    let plan = plan("GET", SIGNED_IN, json!([]), json!([role("admin"), role("editor")]));
    assert_eq!(asked(&plan, &get(Some(&with(fresh(), "role", "editor")))), Ok(vec![]));
    assert_eq!(asked(&plan, &get(Some(&with(fresh(), "role", "guest")))), Err(401));
}

#[test]
fn a_guard_that_refuses_keeps_the_request_from_the_database() {
    let guarded = format!(r#"{SIGNED_IN},"guards":[{{"claim":"role","oneOf":["admin"]}}]"#);
    let plan = plan("GET", &guarded, json!([]), json!([]));
    assert_eq!(asked(&plan, &get(Some(&fresh()))), Err(403));
    assert_eq!(asked(&plan, &get(Some(&with(fresh(), "role", "admin")))), Ok(vec![]));
}

#[test]
fn javascript_is_asked_who_is_there_when_no_token_tells() {
    let plan = plan("GET", &format!(r#"{SIGNED_IN},"onMissing":"ask""#), json!([]), json!([]));
    let mut client = Client::new(&plan);
    client.send(get(None).as_bytes());
    assert!(client.engine.next_query().is_none());
    client.answer_calls();
    assert_eq!(client.statuses(), [200]);
    client.send(get(Some(&fresh())).as_bytes());
    assert!(client.engine.next_query().is_some() && !client.engine.has_calls());
}

#[test]
fn rows_and_refusals_answer_in_the_order_of_the_requests() {
    let mut client = Client::new(&plan("GET", r#""status":201"#, json!([]), json!([])));
    client.send(get(None).repeat(3).as_bytes());
    let handles: Vec<_> = std::iter::from_fn(|| client.engine.next_query()).map(|call| call.handle).collect();
    client.engine.refuse_query(handles[2], Refusal::new(ErrorCode::DatabaseUnavailable, "later"));
    client.engine.refuse_query(handles[1], ErrorCode::NotFound.into());
    client.pump();
    assert!(client.statuses().is_empty(), "the first is not there yet");
    assert_eq!(client.engine.query_label(handles[0]), Some("GET /notes/:id"));
    assert!(client.engine.complete_query(handles[0], br#"[{"id":1}]"#));
    client.pump();
    assert_eq!(client.statuses(), [201, 404, 503]);
    let responses = client.responses();
    assert_eq!(
        (responses[0].json(), responses[0].header("content-type")),
        (json!([{ "id": 1 }]), Some("application/json"))
    );
    assert_eq!(responses[2].header("retry-after"), Some("1"));
    assert!(!client.engine.complete_query(handles[0], b"[]"), "a second answer is refused");
    let stats = client.engine.stats();
    assert_eq!((stats.queries, stats.native_answers, stats.calls, stats.in_flight), (3, 3, 0, 0));
}

#[test]
fn a_request_that_is_over_is_told_to_the_database_and_to_nobody_else() {
    let mut client = Client::new(&plan("GET", "", json!([]), json!([])));
    client.send(get(None).as_bytes());
    let handle = client.engine.next_query().unwrap().handle;
    client.engine.remove(client.id);
    assert_eq!(client.engine.take_abandoned(), Some((handle, 1)));
    assert!(client.engine.take_abandoned().is_none() && client.events().is_empty());
    assert!(!client.engine.complete_query(handle, b"[]"));
}

#[test]
fn a_request_whose_time_is_up_is_answered_and_told_to_the_database() {
    let mut client = Client::new(
        &plan("GET", "", json!([]), json!([])).replace(r#""limits":{}"#, r#""limits":{"requestTimeout":100}"#),
    );
    client.send(get(None).as_bytes());
    let handle = client.engine.next_query().unwrap().handle;
    client.wait(150);
    assert_eq!(client.statuses(), [504]);
    assert_eq!(client.engine.take_abandoned(), Some((handle, 1)));
}

#[test]
fn a_plan_whose_parameters_come_from_nowhere_is_refused() {
    let refused = |parameter: Value| {
        let error = Engine::new(&plan("GET", "", json!([parameter]), json!([])), Slots::default()).unwrap_err();
        error.message
    };
    let at = "routes[0] GET /notes/:id: parameters[0]";
    assert_eq!(refused(json!({ "kind": "input", "at": 1 })), format!("{at}: the request has 1 inputs, not one 1"));
    assert_eq!(
        refused(json!({ "kind": "body", "name": "a", "json": false })),
        format!("{at}: the route declares no body")
    );
    assert_eq!(
        refused(json!({ "kind": "claim", "path": "a", "json": false })),
        format!("{at}: the route verifies no claims")
    );
    assert!(refused(json!({ "kind": "header", "name": "a" })).contains("header"));
    assert!(refused(json!({ "kind": "constant", "value": "a", "json": true })).contains("json"), "an unknown key");
}

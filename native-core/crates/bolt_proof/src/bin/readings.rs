//! `readings <seed> <rounds>`: connections as the generator makes them, and how the engine reads each, for comparison with servers that
//! are not written in Rust. A line of JSON each; bytes are characters U+0000 to U+00FF.
#![allow(clippy::expect_used, clippy::panic, reason = "a program for tests, which ends with what is wrong")]

use std::io::{self, BufWriter, Write};

use bolt_proof::dice::Dice;
use bolt_proof::engine::{self, Reading};
use bolt_proof::message::Message;
use bolt_proof::requests;
use serde_json::{Map, Value, json};

/// Behind each connection: whoever answers it shows where it believes the next request to begin, and then ends the connection.
const NEXT: &[u8] = b"GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

fn main() -> io::Result<()> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let (Some(Ok(seed)), Some(Ok(rounds)), None) = (numbers.next(), numbers.next(), numbers.next()) else {
        panic!("usage: readings <seed> <rounds>");
    };
    let mut out = BufWriter::new(io::stdout().lock());
    for round in 0..rounds {
        let mut input = requests::stream(&mut Dice::of_round(seed, round));
        input.extend_from_slice(NEXT);
        let read = in_order(engine::read(std::iter::once(&input[..])));
        writeln!(out, "{}", json!({ "round": round, "input": text(&input), "read": read }))?;
    }
    out.flush()
}

/// What became of each request, in order: what a handler got, or the status that was answered without one.
fn in_order(reading: Reading) -> Vec<Value> {
    let mut messages = reading.messages.into_iter();
    let answered = reading.statuses.into_iter().map(|status| match status {
        200 => message(messages.next().expect("only handlers answer 200")),
        status => json!({ "status": status }),
    });
    answered.collect()
}

fn message(Message { method, target, host, fields, body }: Message) -> Value {
    let texts = |values: Vec<Vec<u8>>| values.iter().map(|value| text(value)).collect::<Vec<_>>();
    let fields: Map<String, Value> =
        fields.into_iter().map(|(name, values)| (text(&name), texts(values).into())).collect();
    json!({ "method": text(&method), "target": text(&target), "host": text(&host), "fields": fields, "body": text(&body) })
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

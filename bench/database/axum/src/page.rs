//! The page of fortunes.

use std::fmt::Write;

use crate::database::Fortune;

/// All fortunes and one more, by their messages, safe to show.
pub(crate) fn render(mut fortunes: Vec<Fortune>) -> String {
    fortunes.push(Fortune { id: 0, message: "Additional fortune added at request time.".into() });
    fortunes.sort_unstable_by(|a, b| a.message.cmp(&b.message));
    let mut page = String::with_capacity(2048);
    page.push_str(
        "<!DOCTYPE html><html lang=\"en\"><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>",
    );
    for Fortune { id, message } in &fortunes {
        // Writing to a String cannot fail.
        let _ = write!(page, "<tr><td>{id}</td><td>");
        escape(message, &mut page);
        page.push_str("</td></tr>");
    }
    page.push_str("</table></body></html>");
    page
}

fn escape(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        into.push_str(&rest[..at]);
        into.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    into.push_str(rest);
}

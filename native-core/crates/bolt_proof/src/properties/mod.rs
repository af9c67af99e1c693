//! One property a file; [`ALL`] is the list that the tests and the fuzz targets share.

mod accept;
mod chunked;
mod connection;
mod cookie;
mod head;
mod json;
mod jwt;
mod path;
mod plan;
mod postgres;
mod query;
mod range;
mod rows;
mod schema;
mod websocket;

/// A property: its name, the folder of its corpus, and the function that panics where it does not hold.
pub struct Property {
    /// Name of the fuzz target.
    pub name: &'static str,
    /// Folder below `native-core/fuzz/corpus`; properties of the same input share one.
    pub corpus: &'static str,
    /// Checks one input.
    pub check: fn(&[u8]),
}

/// All properties.
pub const ALL: [Property; 16] = [
    Property { name: "head", corpus: "http", check: head::check },
    Property { name: "connection", corpus: "http", check: connection::check },
    Property { name: "hyper", corpus: "http", check: crate::against_hyper::compare },
    Property { name: "chunked", corpus: "chunked", check: chunked::check },
    Property { name: "query", corpus: "query", check: query::check },
    Property { name: "path", corpus: "path", check: path::check },
    Property { name: "cookie", corpus: "cookie", check: cookie::check },
    Property { name: "accept", corpus: "accept", check: accept::check },
    Property { name: "range", corpus: "range", check: range::check },
    Property { name: "json", corpus: "json", check: json::check },
    Property { name: "schema", corpus: "schema", check: schema::check },
    Property { name: "jwt", corpus: "jwt", check: jwt::check },
    Property { name: "websocket", corpus: "websocket", check: websocket::check },
    Property { name: "plan", corpus: "plan", check: plan::check },
    Property { name: "postgres", corpus: "postgres", check: postgres::check },
    Property { name: "rows", corpus: "rows", check: rows::check },
];

/// Checks one input of a fuzz target.
///
/// # Panics
/// Where the property does not hold, and where there is none of this name.
pub fn check(name: &str, input: &[u8]) {
    let Some(property) = ALL.iter().find(|property| property.name == name) else { panic!("no property {name}") };
    (property.check)(input);
}

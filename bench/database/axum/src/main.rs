//! axum over tokio-postgres on one thread, as a Rust server for these routes would be written: prepared statements, pipelined on few connections.

mod database;
mod page;
mod routes;

use std::env;

use axum::Router;
use axum::routing::{get, post};
use database::Database;
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve())
}

async fn serve() -> Result<(), Failure> {
    let database = Database::open(&env::var("DATABASE_URL")?, env::var("POOL")?.parse()?).await?;
    let application = Router::new()
        .route("/notes", get(routes::list))
        .route("/notes", post(routes::insert))
        .route("/notes/{id}", get(routes::one))
        .route("/db", get(routes::world))
        .route("/queries", get(routes::worlds))
        .route("/updates", get(routes::updates))
        .route("/fortunes", get(routes::fortunes))
        .with_state(database);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening {}", listener.local_addr()?.port());
    Ok(axum::serve(listener, application).await?)
}

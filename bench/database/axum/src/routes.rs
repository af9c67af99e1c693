//! The handlers.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Html;
use futures_util::future::try_join_all;
use rand::RngExt;
use serde::Deserialize;

use crate::database::{Database, Found, MOST, NewNote, Note, World};
use crate::page;

/// Rows of the table `world`.
const WORLDS: i32 = 10_000;

pub(crate) async fn list(State(database): State<Database>) -> Found<Json<Vec<Note>>> {
    database.list().await.map(Json)
}

pub(crate) async fn one(State(database): State<Database>, Path(id): Path<i32>) -> Found<Json<Note>> {
    database.one(id).await.map(Json)
}

pub(crate) async fn insert(
    State(database): State<Database>,
    new: Result<Json<NewNote>, JsonRejection>,
) -> Found<(StatusCode, Json<Note>)> {
    let Json(new) = new.map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)?;
    let [title, body] = [&new.title, &new.body].map(|text| text.chars().count());
    if !(1..=200).contains(&title) || body > 4000 {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok((StatusCode::CREATED, Json(database.insert(&new).await?)))
}

pub(crate) async fn world(State(database): State<Database>) -> Found<Json<World>> {
    database.world(random()).await.map(Json)
}

#[derive(Deserialize)]
pub(crate) struct Count {
    queries: Option<String>,
}

impl Count {
    /// A whole number from 1 to 500, whatever is asked for.
    fn rows(&self) -> usize {
        self.queries.as_deref().and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, MOST)
    }
}

pub(crate) async fn worlds(State(database): State<Database>, Query(count): Query<Count>) -> Found<Json<Vec<World>>> {
    try_join_all((0..count.rows()).map(|_| database.world(random()))).await.map(Json)
}

pub(crate) async fn updates(State(database): State<Database>, Query(count): Query<Count>) -> Found<Json<Vec<World>>> {
    let mut ids = BTreeSet::new();
    while ids.len() < count.rows() {
        ids.insert(random());
    }
    let mut worlds = try_join_all(ids.into_iter().map(|id| database.world(id))).await?;
    for world in &mut worlds {
        world.random_number = random();
    }
    database.update(&worlds).await?;
    Ok(Json(worlds))
}

pub(crate) async fn fortunes(State(database): State<Database>) -> Found<Html<String>> {
    Ok(Html(page::render(database.fortunes().await?)))
}

fn random() -> i32 {
    rand::rng().random_range(1..=WORLDS)
}

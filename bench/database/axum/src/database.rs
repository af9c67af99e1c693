//! The connections, each with its prepared statements, and the queries.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, Row, Statement};

/// Rows of `world` that an update may change at once.
pub(crate) const MOST: usize = 500;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    id: i32,
    title: String,
    body: String,
    published: bool,
    created_at: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNote {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) published: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct World {
    pub(crate) id: i32,
    pub(crate) random_number: i32,
}

pub(crate) struct Fortune {
    pub(crate) id: i32,
    pub(crate) message: String,
}

/// What is not there is 404; what the database refuses is 500.
pub(crate) type Found<T> = Result<T, StatusCode>;

struct Connection {
    client: Client,
    list: Statement,
    one: Statement,
    insert: Statement,
    world: Statement,
    fortunes: Statement,
    /// By the number of rows.
    updates: Mutex<HashMap<usize, Statement>>,
}

#[derive(Clone)]
pub(crate) struct Database {
    connections: Arc<[Connection]>,
    turn: Arc<AtomicUsize>,
}

impl Database {
    pub(crate) async fn open(url: &str, connections: usize) -> Result<Self, Error> {
        let connections = try_join_all((0..connections).map(|_| connect(url))).await?;
        Ok(Self { connections: connections.into(), turn: Arc::default() })
    }

    fn next(&self) -> &Connection {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        &self.connections[turn % self.connections.len()]
    }

    pub(crate) async fn list(&self) -> Found<Vec<Note>> {
        let connection = self.next();
        let rows = connection.client.query(&connection.list, &[]).await.map_err(refused)?;
        Ok(rows.iter().map(note).collect())
    }

    pub(crate) async fn one(&self, id: i32) -> Found<Note> {
        let connection = self.next();
        let row = connection.client.query_opt(&connection.one, &[&id]).await.map_err(refused)?;
        row.as_ref().map(note).ok_or(StatusCode::NOT_FOUND)
    }

    pub(crate) async fn insert(&self, new: &NewNote) -> Found<Note> {
        let connection = self.next();
        let values: [&(dyn ToSql + Sync); 3] = [&new.title, &new.body, &new.published];
        let row = connection.client.query_one(&connection.insert, &values).await.map_err(refused)?;
        Ok(note(&row))
    }

    pub(crate) async fn world(&self, id: i32) -> Found<World> {
        let connection = self.next();
        let row = connection.client.query_one(&connection.world, &[&id]).await.map_err(refused)?;
        Ok(World { id: row.get(0), random_number: row.get(1) })
    }

    pub(crate) async fn fortunes(&self) -> Found<Vec<Fortune>> {
        let connection = self.next();
        let rows = connection.client.query(&connection.fortunes, &[]).await.map_err(refused)?;
        Ok(rows.iter().map(|row| Fortune { id: row.get(0), message: row.get(1) }).collect())
    }

    /// Writes them by one statement, in the order given, so that updates that meet do not wait for each other in a circle.
    pub(crate) async fn update(&self, worlds: &[World]) -> Found<()> {
        let connection = self.next();
        let statement = connection.update_of(worlds.len()).await.map_err(refused)?;
        let values: Vec<&(dyn ToSql + Sync)> =
            worlds.iter().flat_map(|world| [&world.id as &(dyn ToSql + Sync), &world.random_number]).collect();
        connection.client.execute(&statement, &values).await.map_err(refused)?;
        Ok(())
    }
}

impl Connection {
    async fn update_of(&self, rows: usize) -> Result<Statement, Error> {
        let known = self.updates.lock().unwrap_or_else(PoisonError::into_inner).get(&rows).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let places: Vec<String> = (0..rows).map(|at| format!("(${}::int, ${}::int)", 2 * at + 1, 2 * at + 2)).collect();
        let text = format!(
            "update world set random_number = w.n from (values {} order by 1) as w(id, n) where world.id = w.id",
            places.join(", ")
        );
        let statement = self.client.prepare(&text).await?;
        self.updates.lock().unwrap_or_else(PoisonError::into_inner).insert(rows, statement.clone());
        Ok(statement)
    }
}

async fn connect(url: &str) -> Result<Connection, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let columns = "id, title, body, published, created_at";
    Ok(Connection {
        list: client.prepare(&format!("select {columns} from notes order by id limit 10")).await?,
        one: client.prepare(&format!("select {columns} from notes where id = $1")).await?,
        insert: client
            .prepare(&format!("insert into notes (title, body, published) values ($1, $2, $3) returning {columns}"))
            .await?,
        world: client.prepare("select id, random_number from world where id = $1").await?,
        fortunes: client.prepare("select id, message from fortune").await?,
        updates: Mutex::default(),
        client,
    })
}

fn note(row: &Row) -> Note {
    Note { id: row.get(0), title: row.get(1), body: row.get(2), published: row.get(3), created_at: row.get(4) }
}

fn refused(error: Error) -> StatusCode {
    eprintln!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

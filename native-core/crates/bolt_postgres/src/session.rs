//! A connection's conversation: signing in, then statements in flight.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bolt_sql::rows::Objects;
use bolt_sql::{Failure, codes, quote};
use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::{DataRowBody, Message, NotificationResponseBody};
use postgres_protocol::message::frontend;

use crate::cache::Cache;
use crate::failure::reported;
use crate::outcome::{Columns, Rows};
use crate::rows::Data;
use crate::startup::{Credentials, Startup};
use crate::statement::{Shape, Statement};

/// A prepared statement is gone (DISCARD ALL, a pooler between).
const UNKNOWN_STATEMENT: &str = "26000";
/// "cached plan must not change result type": the tables changed since it was prepared.
const CHANGED_PLAN: &str = "0A000";
/// A statement was cancelled.
const CANCELLED: &str = "57014";
/// Text that nobody has taken, beyond which nothing more is to be read, bytes. The server waits meanwhile.
const UNTAKEN: usize = 256 * 1024;
/// Format of what is copied (PostgreSQL manual, "Message Formats", CopyOutResponse).
const TEXT: u8 = 0;
/// How often a statement is cancelled: a request is lost that comes before the server has begun with it.
const CANCELS: u8 = 3;

/// Where a connection stands between transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStatus {
    /// In none.
    Idle,
    /// In one.
    Open,
    /// In one that can only be rolled back.
    Failed,
}

/// A statement that is over.
#[derive(Debug)]
pub struct Done {
    /// What it was sent with.
    pub token: u64,
    /// Its text.
    pub sql: Arc<str>,
    /// An object with `columns`, `rows`, `command` and `count` as JSON; by the simple protocol an array of them; with a layout the rows alone.
    pub result: Result<String, Failure>,
}

/// A connection.
#[derive(Debug)]
pub struct Session {
    /// None once statements may be sent.
    startup: Option<Startup>,
    out: BytesMut,
    input: BytesMut,
    flights: VecDeque<Flight>,
    /// None where nothing may stay prepared, as behind a pooler that gives transactions other connections.
    cache: Option<Cache>,
    status: TransactionStatus,
    /// Of this connection at the server, for cancelling.
    key: Option<(i32, i32)>,
    done: Vec<Done>,
    feed: Feed,
}

/// What is handed over beside results.
#[derive(Debug, Default, PartialEq, Eq)]
enum Feed {
    #[default]
    Nothing,
    /// As JSON, with a comma between them.
    Notifications(String),
    /// What COPY sends.
    Copy(String),
}

/// A statement on its way.
#[derive(Debug)]
struct Flight {
    token: u64,
    statement: Statement,
    /// What it is prepared as.
    shape: Option<Shape>,
    /// This flight prepares it.
    is_preparing: bool,
    was_repeated: bool,
    /// Nobody waits for it any more.
    is_unwanted: bool,
    /// Requests to cancel that may still be sent for it.
    cancels: u8,
    /// A request to cancel was sent while it was on its way, which may hit it instead of the one that it is for.
    is_exposed: bool,
    columns: Arc<Columns>,
    rows: Rows,
    objects: Objects,
    results: Vec<String>,
    failure: Option<Failure>,
}

impl Session {
    /// A session whose first message waits in the output. `keeps_statements`: what is asked again is prepared once.
    ///
    /// # Errors
    /// The credentials hold a NUL.
    pub fn new(credentials: Credentials, keeps_statements: bool) -> Result<Self, Failure> {
        let mut out = BytesMut::new();
        let startup = Startup::begin(credentials, &mut out).map_err(|error| Failure::protocol(error.to_string()))?;
        Ok(Self {
            startup: Some(startup),
            out,
            input: BytesMut::new(),
            flights: VecDeque::new(),
            cache: keeps_statements.then(Cache::default),
            status: TransactionStatus::Idle,
            key: None,
            done: Vec::new(),
            feed: Feed::Nothing,
        })
    }

    /// Whether the server takes statements.
    pub fn is_ready(&self) -> bool {
        self.startup.is_none()
    }

    /// What to send to the server; what was sent is taken away from its front.
    pub fn output(&mut self) -> &mut BytesMut {
        &mut self.out
    }

    /// Statements that are not over.
    pub fn in_flight(&self) -> usize {
        self.flights.len()
    }

    /// Where it stood after the last statement that is over.
    pub fn status(&self) -> TransactionStatus {
        self.status
    }

    /// Nobody waits for a statement any more; false when it is not on its way here.
    pub fn abandon(&mut self, token: u64) -> bool {
        let flight = self.flights.iter_mut().find(|flight| flight.token == token);
        flight.map(|flight| flight.is_unwanted = true).is_some()
    }

    /// Process and secret for [`crate::cancel_request`], when nobody waits for the statement that the server works on now. Cancelling hits whatever runs when the
    /// server gets to it: those behind are sent again if they are hit, and if one of them could not be, nothing is cancelled as long as it is there.
    pub fn cancel_key(&mut self) -> Option<(i32, i32)> {
        let is_unwanted = self.flights.front().is_some_and(|flight| flight.is_unwanted && flight.cancels > 0);
        let may_be_hit = |flight: &Flight| flight.is_unwanted || flight.statement.is_atomic();
        let key = self.key.filter(|_| is_unwanted && self.flights.iter().all(may_be_hit))?;
        self.flights.iter_mut().for_each(|flight| flight.is_exposed = true);
        self.flights.front_mut()?.cancels -= 1;
        Some(key)
    }

    /// Statements that are over, in order.
    pub fn take_done(&mut self) -> Vec<Done> {
        std::mem::take(&mut self.done)
    }

    /// Keeps notifications from now on.
    pub fn listen(&mut self) {
        if !self.is_listening() {
            self.feed = Feed::Notifications(String::new());
        }
    }

    /// Whether it keeps notifications.
    pub fn is_listening(&self) -> bool {
        matches!(self.feed, Feed::Notifications(_))
    }

    /// Keeps what the next statement copies; one by `COPY … TO STDOUT` fails otherwise.
    pub fn copy(&mut self) {
        self.feed = Feed::Copy(String::new());
    }

    /// Nobody takes what is copied any more: the rest of it is dropped.
    pub fn end_copy(&mut self) {
        if matches!(self.feed, Feed::Copy(_)) {
            self.feed = Feed::Nothing;
        }
    }

    /// What has come since the last time: notifications as a JSON list of lists of channel and payload, or text that was copied, which is empty once nothing more
    /// follows. `None` when that is to be waited for.
    pub fn take_feed(&mut self) -> Option<String> {
        match &mut self.feed {
            Feed::Nothing => None,
            Feed::Notifications(texts) => (!texts.is_empty()).then(|| format!("[{}]", std::mem::take(texts))),
            Feed::Copy(text) => (!text.is_empty() || self.flights.is_empty()).then(|| std::mem::take(text)),
        }
    }

    /// Whether something is to be taken before more is read.
    pub fn is_full(&self) -> bool {
        match &self.feed {
            Feed::Nothing => false,
            Feed::Notifications(text) | Feed::Copy(text) => text.len() > UNTAKEN,
        }
    }

    fn on_notification(&mut self, body: &NotificationResponseBody) -> Result<(), Failure> {
        let Feed::Notifications(texts) = &mut self.feed else { return Ok(()) };
        let (channel, payload) = (body.channel().map_err(malformed)?, body.message().map_err(malformed)?);
        let mut out = std::mem::take(texts).into_bytes();
        if !out.is_empty() {
            out.push(b',');
        }
        out.push(b'[');
        quote(&mut out, channel.as_bytes());
        out.push(b',');
        quote(&mut out, payload.as_bytes());
        out.push(b']');
        *texts = String::from_utf8(out).map_err(|_| unexpected())?;
        Ok(())
    }

    /// Says goodbye.
    pub fn terminate(&mut self) {
        frontend::terminate(&mut self.out);
    }

    /// Sends a statement, behind those in flight. One that cannot be written at all is over at once.
    pub fn send(&mut self, token: u64, statement: Statement) {
        self.launch(token, statement, false);
    }

    fn launch(&mut self, token: u64, statement: Statement, was_repeated: bool) {
        let shape = self.cache.is_some().then(|| statement.shape());
        let mut flight = Flight {
            token,
            statement,
            shape: shape.filter(|_| self.cache.is_some()),
            is_preparing: false,
            was_repeated,
            is_unwanted: false,
            cancels: CANCELS,
            is_exposed: false,
            columns: Columns::none(),
            rows: Rows::default(),
            objects: Objects::default(),
            results: Vec::new(),
            failure: None,
        };
        let before = self.out.len();
        match self.write(&mut flight) {
            Ok(()) => self.flights.push_back(flight),
            Err(error) => {
                self.out.truncate(before);
                if let (Some(cache), Some(shape)) = (&mut self.cache, &flight.shape)
                    && flight.is_preparing
                {
                    cache.remove(shape);
                }
                let failure = Failure::protocol(format!("the statement cannot be sent: {error}"));
                self.done.push(Done { token, sql: flight.statement.sql, result: Err(failure) });
            }
        }
    }

    fn write(&mut self, flight: &mut Flight) -> io::Result<()> {
        let out = &mut self.out;
        let statement = &flight.statement;
        if statement.is_simple {
            flight.shape = None;
            return frontend::query(&statement.sql, out);
        }
        let kinds = statement.parameters.iter().map(|parameter| parameter.kind);
        let mut name = String::new();
        let mut is_known = false;
        if let (Some(cache), Some(shape)) = (&mut self.cache, &flight.shape) {
            if let Some((known, columns)) = cache.find(shape) {
                name.push_str(known);
                flight.columns = columns.clone();
                is_known = true;
            } else if cache.has(shape) {
                // Another flight prepares it, and it is not known yet whether the server can.
                flight.shape = None;
            } else {
                let (added, closed) = cache.add(shape.clone());
                flight.is_preparing = true;
                if let Some(closed) = closed {
                    frontend::close(b'S', &closed, out)?;
                }
                name = added;
            }
        }
        if !is_known {
            frontend::parse(&name, &statement.sql, kinds, out)?;
            frontend::describe(b'S', &name, out)?;
        }
        let values = statement.parameters.iter().map(|parameter| parameter.text.as_deref());
        let text = |value: Option<&str>, buffer: &mut BytesMut| {
            let Some(value) = value else { return Ok(IsNull::Yes) };
            buffer.extend_from_slice(value.as_bytes());
            Ok(IsNull::No)
        };
        // No formats: texts both ways.
        let formats = std::iter::empty::<i16>();
        frontend::bind("", &name, formats.clone(), values, text, formats, out).map_err(|error| match error {
            frontend::BindError::Conversion(error) => io::Error::other(error),
            frontend::BindError::Serialization(error) => error,
        })?;
        frontend::execute("", 0, out)?;
        frontend::sync(out);
        Ok(())
    }

    /// Takes what the server sent.
    ///
    /// # Errors
    /// The connection is of no use any more: it cannot be signed in to, or the server broke the protocol.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.input.extend_from_slice(bytes);
        loop {
            let parsed = Message::parse(&mut self.input);
            let parsed =
                parsed.map_err(|error| Failure::protocol(format!("the server's message is malformed: {error}")))?;
            let Some(message) = parsed else { return Ok(()) };
            if let Message::BackendKeyData(body) = &message {
                self.key = Some((body.process_id(), body.secret_key()));
            }
            match &mut self.startup {
                Some(startup) => match message {
                    Message::ReadyForQuery(_) if startup.is_accepted() => self.startup = None,
                    message => startup.on_message(message, &mut self.out)?,
                },
                None => self.on_message(message)?,
            }
        }
    }

    fn on_message(&mut self, message: Message) -> Result<(), Failure> {
        match message {
            Message::ParameterStatus(_)
            | Message::NoticeResponse(_)
            // Of a statement that was forgotten, which waits for no answer.
            | Message::CloseComplete => return Ok(()),
            Message::NotificationResponse(body) => return self.on_notification(&body),
            Message::ReadyForQuery(body) => return self.on_ready(body.status()),
            _ => {}
        }
        let Some(flight) = self.flights.front_mut() else {
            return Err(match message {
                // The server's last words: an administrator ends it, or it is shut down.
                Message::ErrorResponse(body) => reported(body.fields()),
                _ => unexpected(),
            });
        };
        match message {
            Message::ErrorResponse(body) => flight.failure = Some(reported(body.fields())),
            Message::RowDescription(body) => {
                flight.columns = Columns::read(&body).map_err(malformed)?;
                self.describe();
            }
            Message::NoData => self.describe(),
            Message::DataRow(body) => flight.take(&body)?,
            Message::CommandComplete(body) => {
                let tag = body.tag().map_err(malformed)?;
                flight.complete(tag)?;
            }
            Message::EmptyQueryResponse => flight.complete("")?,
            Message::ParseComplete | Message::BindComplete | Message::ParameterDescription(_) | Message::CopyDone => {}
            Message::CopyOutResponse(body) if body.format() == TEXT && matches!(self.feed, Feed::Copy(_)) => {}
            Message::CopyOutResponse(_) => {
                let message =
                    "what COPY … TO STDOUT sends is taken by copy() alone, and only in the formats text and csv";
                flight.failure = Some(Failure::protocol(message));
            }
            Message::CopyData(body) if flight.failure.is_none() => {
                if let Feed::Copy(copied) = &mut self.feed {
                    match std::str::from_utf8(body.data()) {
                        Ok(text) => copied.push_str(text),
                        Err(_) => flight.failure = Some(Failure::protocol("what COPY sends is not UTF-8")),
                    }
                }
            }
            Message::CopyData(_) => {}
            // From here on the server takes whatever was sent behind the statement for the data to copy.
            Message::CopyInResponse(_) => {
                return Err(Failure::protocol("COPY … FROM STDIN is not supported: insert the rows"));
            }
            _ => return Err(unexpected()),
        }
        Ok(())
    }

    /// What the first flight prepares is known to the server now.
    fn describe(&mut self) {
        if let (Some(flight), Some(cache)) = (self.flights.front(), &mut self.cache)
            && let Some(shape) = flight.shape.as_ref().filter(|_| flight.is_preparing)
        {
            cache.describe(shape, &flight.columns);
        }
    }

    /// The first flight is over.
    fn on_ready(&mut self, status: u8) -> Result<(), Failure> {
        self.status = match status {
            b'I' => TransactionStatus::Idle,
            b'T' => TransactionStatus::Open,
            b'E' => TransactionStatus::Failed,
            _ => return Err(unexpected()),
        };
        let Some(flight) = self.flights.pop_front() else { return Err(unexpected()) };
        if self.forgets(&flight) {
            self.launch(flight.token, flight.statement, true);
            return Ok(());
        }
        if self.was_hit(&flight) {
            self.launch(flight.token, flight.statement, flight.was_repeated);
            return Ok(());
        }
        let sql = flight.statement.sql.clone();
        self.done.push(Done { token: flight.token, sql, result: flight.into_result() });
        Ok(())
    }

    /// Takes a statement out of the cache that the server does not have, or cannot run any more. True when it may simply be asked again: nothing
    /// of it was done, and no transaction around it was lost.
    fn forgets(&mut self, flight: &Flight) -> bool {
        let (Some(cache), Some(shape), Some(failure)) = (&mut self.cache, &flight.shape, &flight.failure) else {
            return false;
        };
        if flight.is_preparing {
            if cache.find(shape).is_none() {
                cache.remove(shape);
            }
            return false;
        }
        let code = failure.code();
        if code != UNKNOWN_STATEMENT && code != CHANGED_PLAN {
            return false;
        }
        if let Some(name) = cache.remove(shape) {
            // A name of our own: it cannot hold a NUL. Of what the server does not have closing is no error; its Sync is that of the next statement.
            let _ = frontend::close(b'S', &name, &mut self.out);
        }
        !flight.was_repeated && self.status == TransactionStatus::Idle
    }

    /// Whether a statement was cancelled in the place of another one: nothing of it was done, and it is sent again.
    fn was_hit(&self, flight: &Flight) -> bool {
        let is_cancelled = flight.failure.as_ref().is_some_and(|failure| failure.code() == CANCELLED);
        is_cancelled && flight.is_exposed && !flight.is_unwanted && self.status == TransactionStatus::Idle
    }

    /// Ends all flights because the connection is over.
    pub fn fail(&mut self, why: &Failure) {
        for flight in self.flights.drain(..) {
            let text = format!(
                "the connection was lost, and whether the statement took effect is not known: {}",
                why.message()
            );
            let own = flight.failure.unwrap_or_else(|| Failure::new(codes::CONNECTION_LOST, text));
            self.done.push(Done { token: flight.token, sql: flight.statement.sql, result: Err(own) });
        }
    }
}

impl Flight {
    /// A row. One that is not what was declared fails the statement, not the connection.
    fn take(&mut self, row: &DataRowBody) -> Result<(), Failure> {
        let Some(reading) = &self.statement.reading else {
            return self.rows.push(&self.columns, row).map_err(malformed);
        };
        if self.failure.is_some() {
            return Ok(());
        }
        match self.objects.push(reading, &mut Data::new(&self.columns.types, row)) {
            Err(failure) if failure.code() == codes::UNEXPECTED_TYPE => self.failure = Some(failure),
            pushed => return pushed,
        }
        Ok(())
    }

    fn complete(&mut self, tag: &str) -> Result<(), Failure> {
        if let Some(reading) = &self.statement.reading {
            self.results.push(std::mem::take(&mut self.objects).finish(reading)?);
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        self.results.push(rows.finish(&self.columns, tag).map_err(malformed)?);
        if self.statement.is_simple {
            self.columns = Columns::none();
        }
        Ok(())
    }

    fn into_result(mut self) -> Result<String, Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.statement.is_simple {
            return Ok(format!("[{}]", self.results.join(",")));
        }
        self.results.pop().ok_or_else(unexpected)
    }
}

fn malformed(error: io::Error) -> Failure {
    Failure::protocol(error.to_string())
}

fn unexpected() -> Failure {
    Failure::protocol("the server sent a message that has no place there")
}

//! The task behind one connection: makes it, moves bytes between its socket and its session, and ends with it.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bolt_postgres::{Failure, Session, codes};
use bytes::Buf;
use tokio::io::ReadBuf;

use super::encryption::{Carrier, Encryption};
use super::options::{Place, Settings};
use super::pool::Shared;
use super::resolve::resolve;
use crate::outbound::{Outbound, Sleep, Stream};

/// What one read takes at most.
const BUFFER: usize = 16 * 1024;

/// Runs a connection until it is over. `delay`: before it is made, after one that could not be.
pub(super) async fn run(shared: Arc<Shared>, id: u64, delay: Duration) {
    if !delay.is_zero() {
        shared.outbound.sleep(delay).await;
    }
    let settings = &shared.settings;
    let limit = shared.outbound.sleep(settings.connect_timeout);
    let late = || {
        let ms = settings.connect_timeout.as_millis();
        Failure::new(
            codes::CONNECT_TIMEOUT,
            format!("no connection to the database at {} within {ms} ms", settings.place),
        )
    };
    let made = race(open(&shared, id), limit).await;
    let failure = match made {
        Some(Ok(stream)) => pump(&shared, id, stream).await,
        Some(Err(failure)) => failure,
        None => late(),
    };
    shared.on_end(id, &failure);
}

/// A stream over which the connection has signed in.
async fn open(shared: &Arc<Shared>, id: u64) -> Result<Carrier, Failure> {
    let settings = &shared.settings;
    let connected = connect(&shared.outbound, &settings.place, &settings.encryption).await;
    let mut stream = connected.map_err(|error| {
        Failure::new(codes::CONNECT_FAILED, format!("no connection to the database at {}: {error}", settings.place))
    })?;
    let mut session = Session::new(settings.credentials.clone(), settings.prepare)?;
    let mut buffer = vec![0; BUFFER];
    let result = poll_fn(|cx| {
        loop {
            match exchange(&mut session, &mut stream, &mut buffer, cx) {
                Err(failure) => return Poll::Ready(Err(failure)),
                Ok(_) if session.is_ready() => return Poll::Ready(Ok(())),
                // The answer to what was read must be written.
                Ok(true) => {}
                Ok(false) => return Poll::Pending,
            }
        }
    });
    result.await?;
    shared.on_ready(id, session);
    Ok(stream)
}

/// A stream to a server, encrypted as is asked for.
async fn connect(outbound: &Outbound, place: &Place, encryption: &Encryption) -> io::Result<Carrier> {
    encryption.begin(reach(outbound, place).await?, place).await
}

/// Connects to the first address that takes it.
async fn reach(outbound: &Outbound, place: &Place) -> io::Result<Stream> {
    let (host, port) = match place {
        #[cfg(unix)]
        Place::Unix { path } => return outbound.connect_unix(path).await,
        #[cfg(not(unix))]
        Place::Unix { .. } => return Err(io::ErrorKind::Unsupported.into()),
        Place::Tcp { host, port } => (host, *port),
    };
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in resolve(host, port).await? {
        match outbound.connect_tcp(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Moves bytes until the connection is over; why it is.
async fn pump(shared: &Arc<Shared>, id: u64, mut stream: Carrier) -> Failure {
    let mut buffer = vec![0; BUFFER];
    let mut idle: Option<Pin<Box<Sleep>>> = None;
    poll_fn(|cx| {
        loop {
            let moved = shared.with(id, cx.waker(), |session| {
                let moved = exchange(session, &mut stream, &mut buffer, cx);
                (moved, session.in_flight() == 0)
            });
            let Some((moved, is_idle)) = moved else {
                return Poll::Ready(Failure::new(codes::POOL_CLOSED, "the connection was closed"));
            };
            match moved {
                Err(failure) => return Poll::Ready(failure),
                Ok(has_moved) => {
                    // What it gives this connection to do wakes this task.
                    if !shared.after(id) {
                        return Poll::Ready(Failure::new(codes::POOL_CLOSED, "the connection was closed"));
                    }
                    if has_moved {
                        idle = None;
                        continue;
                    }
                    let Some(timeout) = shared.settings.idle_timeout.filter(|_| is_idle) else {
                        idle = None;
                        return Poll::Pending;
                    };
                    let sleep = idle.get_or_insert_with(|| Box::pin(shared.outbound.sleep(timeout)));
                    if sleep.as_mut().poll(cx).is_pending() {
                        return Poll::Pending;
                    }
                    shared.retire(id);
                }
            }
        }
    })
    .await
}

/// Writes what the session has to say and reads what is there; whether anything was read.
fn exchange(
    session: &mut Session,
    stream: &mut Carrier,
    buffer: &mut [u8],
    cx: &mut Context<'_>,
) -> Result<bool, Failure> {
    let lost = |why: String| Failure::new(codes::CONNECTION_LOST, why);
    let out = session.output();
    while !out.is_empty() {
        match stream.poll_write(cx, out) {
            Poll::Pending => break,
            Poll::Ready(Ok(count)) => out.advance(count),
            Poll::Ready(Err(error)) => return Err(lost(format!("it cannot be written to: {error}"))),
        }
    }
    if let Poll::Ready(Err(error)) = stream.poll_flush(cx) {
        return Err(lost(format!("it cannot be written to: {error}")));
    }
    if session.is_full() {
        return Ok(false);
    }
    let mut read = ReadBuf::new(buffer);
    match stream.poll_read(cx, &mut read) {
        Poll::Pending => Ok(false),
        Poll::Ready(Ok(())) if read.filled().is_empty() => Err(lost("the server closed it".to_owned())),
        Poll::Ready(Ok(())) => session.receive(read.filled()).map(|()| true),
        Poll::Ready(Err(error)) => Err(lost(format!("it cannot be read from: {error}"))),
    }
}

/// The first of both that is ready; `None` is the time.
async fn race<T>(work: impl Future<Output = T>, limit: Sleep) -> Option<T> {
    let (mut work, mut limit) = (pin!(work), pin!(limit));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => limit.as_mut().poll(cx).map(|_| None),
    })
    .await
}

/// Sends a request to cancel and waits until the server has taken it.
pub(super) async fn cancel(shared: &Shared, key: (i32, i32)) {
    let Settings { place, encryption, connect_timeout, .. } = &shared.settings;
    let asked = async {
        let mut stream = connect(&shared.outbound, place, encryption).await?;
        let message = bolt_postgres::cancel_request(key.0, key.1);
        let mut left = message.as_slice();
        while !left.is_empty() {
            let count = poll_fn(|cx| stream.poll_write(cx, left)).await?;
            left = &left[count..];
        }
        poll_fn(|cx| stream.poll_flush(cx)).await?;
        // The server says nothing, it closes the connection when it is done.
        let mut buffer = [0; 16];
        let mut read = ReadBuf::new(&mut buffer);
        poll_fn(|cx| stream.poll_read(cx, &mut read)).await
    };
    // Cancelling is a wish: without an answer the statement goes on.
    let _: Option<io::Result<()>> = race(asked, shared.outbound.sleep(*connect_timeout)).await;
}

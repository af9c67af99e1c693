//! The load of the WebSocket benchmark: connections that each send a small text message and wait for it to come back, over and over.
//!
//! `echo-load PORT PATH CONNECTIONS SECONDS` prints one line of JSON: messages, time and latency in µs.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

const TEXT: &[u8; 64] = b"The wall shall be three metres high, built of local stone, and f";
/// RFC 6455, 5.3: a client masks what it sends; which mask is nobody's concern here.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
/// Latencies are counted in µs up to here; slower echoes count as this slow.
const SLOWEST: usize = 1_000_000;

struct Client {
    stream: TcpStream,
    received: Vec<u8>,
    sent: Instant,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, path, connections, seconds] = arguments.as_slice() else {
        eprintln!("usage: echo-load PORT PATH CONNECTIONS SECONDS");
        return ExitCode::FAILURE;
    };
    let (Ok(port), Ok(connections), Ok(seconds)) = (port.parse(), connections.parse(), seconds.parse()) else {
        eprintln!("echo-load: PORT, CONNECTIONS and SECONDS are numbers");
        return ExitCode::FAILURE;
    };
    match run(port, path, connections, Duration::from_secs(seconds)) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("echo-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(port: u16, path: &str, connections: usize, span: Duration) -> Result<String> {
    let mut clients = (0..connections).map(|_| open(port, path)).collect::<Result<Vec<_>>>()?;
    let mut poll = Poll::new()?;
    for (index, client) in clients.iter_mut().enumerate() {
        poll.registry().register(&mut client.stream, Token(index), Interest::READABLE)?;
    }
    let message = masked(TEXT);
    let begin = Instant::now();
    for client in &mut clients {
        client.send(&message)?;
    }
    let mut latencies = vec![0u32; SLOWEST + 1];
    let mut events = Events::with_capacity(1024);
    while begin.elapsed() < span {
        poll.poll(&mut events, Some(Duration::from_millis(100)))?;
        for event in &events {
            let client = &mut clients[event.token().0];
            if client.read_echo()? {
                latencies[(client.sent.elapsed().as_micros() as usize).min(SLOWEST)] += 1;
                client.send(&message)?;
            }
        }
    }
    let microseconds = begin.elapsed().as_micros();
    let requests: u64 = latencies.iter().map(|count| u64::from(*count)).sum();
    let [p50, p99] = [50, 99].map(|percent| percentile(&latencies, requests * percent / 100));
    Ok(format!(
        r#"{{"requests":{requests},"microseconds":{microseconds},"p50":{p50},"p99":{p99},"statusErrors":0,"socketErrors":0}}"#
    ))
}

/// Connects and upgrades, blocking; readiness is used from the first message on.
fn open(port: u16, path: &str) -> Result<Client> {
    let mut stream = std::net::TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    stream.set_nodelay(true)?;
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        answer.push(byte[0]);
    }
    if !answer.starts_with(b"HTTP/1.1 101") {
        return Err(Error::other(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()));
    }
    stream.set_nonblocking(true)?;
    Ok(Client { stream: TcpStream::from_std(stream), received: Vec::new(), sent: Instant::now() })
}

fn masked(text: &[u8; 64]) -> Vec<u8> {
    let mut frame = vec![0x81, 0x80 | text.len() as u8];
    frame.extend(MASK);
    frame.extend(text.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

impl Client {
    /// A message is smaller than any socket buffer, and there is one at a time.
    fn send(&mut self, message: &[u8]) -> Result<()> {
        self.sent = Instant::now();
        self.stream.write_all(message)
    }

    /// Whether the whole echo is here.
    fn read_echo(&mut self) -> Result<bool> {
        let mut buffer = [0; 256];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.received.extend(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        let [0x81, length, text @ ..] = self.received.as_slice() else {
            return if self.received.len() < 2 { Ok(false) } else { Err(Error::other("this is no text message")) };
        };
        if text.len() < TEXT.len() {
            return Ok(false);
        }
        if usize::from(*length) != TEXT.len() || text != TEXT {
            return Err(Error::other("the echo differs"));
        }
        self.received.clear();
        Ok(true)
    }
}

fn percentile(counts: &[u32], below: u64) -> usize {
    let mut sum = 0;
    counts
        .iter()
        .position(|count| {
            sum += u64::from(*count);
            sum > below
        })
        .unwrap_or(SLOWEST)
}

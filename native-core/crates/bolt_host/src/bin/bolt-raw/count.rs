//! The engine alone, fed from memory.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{SystemTime, UNIX_EPOCH};

/// As many connections as the measured scenarios have.
const CONNECTIONS: usize = 64;

pub(crate) fn run(plan: &str, request: &str, times: &str) -> Result<(), Box<dyn Error>> {
    let (mut engine, mut handlers) = super::load(plan)?;
    let (request, times) = (std::fs::read(request)?, times.parse::<usize>()?);
    engine.set_time(1, SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());
    let connections: Vec<_> = (0..CONNECTIONS).map(|_| engine.open(IpAddr::V4(Ipv4Addr::LOCALHOST))).collect();
    let mut bytes = 0;
    for id in connections.iter().cycle().take(times) {
        engine.receive(*id, &request);
        loop {
            while let Some(call) = engine.next_call() {
                handlers.answer(&mut engine, call);
            }
            let Some(touched) = engine.take_touched() else { break };
            loop {
                let count = engine.output(touched).len();
                if count == 0 {
                    break;
                }
                engine.wrote(touched, count);
                bytes += count;
            }
            engine.resume(touched);
        }
    }
    println!("{bytes} bytes in {times} responses");
    Ok(())
}

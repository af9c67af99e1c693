//! What applications may ask to know about their answers: counts and times by route, and a line for each request. Nothing of it is looked at
//! unless it was asked for.

use std::cell::RefCell;
use std::fmt;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use super::{Context, Engine};
use crate::histogram::Histogram;
use crate::http::Method;
use crate::plan::ObservePlan;

/// Most text of the log that waits to be taken, bytes; what does not fit is counted instead.
const LOG_BYTES: usize = 4 * 1024 * 1024;
/// Requests that reach no route.
const NO_ROUTE: u32 = u32::MAX;

/// Tells the time in microseconds; engines have no clock of their own.
pub type MicroClock = Box<dyn Fn() -> u64 + Send>;

/// What is known of a request when it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// Microseconds; `u64::MAX` when there was no head, so that its time counts as none.
    pub(crate) since: u64,
    pub(crate) route: u32,
    pub(crate) method: Method,
    pub(crate) address: IpAddr,
}

impl Default for Seen {
    fn default() -> Self {
        Self { since: u64::MAX, route: NO_ROUTE, method: Method::Other, address: IpAddr::V4(Ipv4Addr::UNSPECIFIED) }
    }
}

/// Answers of one route.
#[derive(Debug, Clone)]
struct Counts {
    /// By first digit of the status.
    classes: [u64; 6],
    times: Histogram,
}

/// Counts and writes down.
pub(crate) struct Observer {
    clock: Option<MicroClock>,
    /// Upper bounds of the buckets, microseconds.
    bounds: Option<Vec<u64>>,
    /// By route; the last one is for requests that reach none.
    routes: Vec<Counts>,
    waiting: Histogram,
    logs: bool,
    /// Entries as JSON, each with a comma before it but the first.
    log: String,
    dropped: u64,
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer").field("bounds", &self.bounds).field("logs", &self.logs).finish_non_exhaustive()
    }
}

impl Observer {
    pub(super) fn new(plan: &ObservePlan, routes: usize) -> Option<RefCell<Self>> {
        if plan.bounds.is_none() && !plan.log {
            return None;
        }
        let histogram = Histogram::new(plan.bounds.as_ref().map_or(0, Vec::len));
        let counts = Counts { classes: [0; 6], times: histogram.clone() };
        Some(RefCell::new(Self {
            clock: None,
            bounds: plan.bounds.clone(),
            routes: vec![counts; routes + 1],
            waiting: histogram,
            logs: plan.log,
            log: String::new(),
            dropped: 0,
        }))
    }

    fn answered(&mut self, now: u64, seen: &Seen, status: u16, id: impl FnOnce(&mut Vec<u8>)) {
        let micros = now.saturating_sub(seen.since);
        if let Some(bounds) = &self.bounds {
            let at = (seen.route as usize).min(self.routes.len() - 1);
            if let Some(counts) = self.routes.get_mut(at) {
                counts.classes[usize::from(status / 100).min(5)] += 1;
                counts.times.note(bounds, micros);
            }
        }
        if self.logs {
            if self.log.len() > LOG_BYTES {
                self.dropped += 1;
                return;
            }
            let mut text = Vec::with_capacity(40);
            id(&mut text);
            // Of visible ASCII; only these two need an escape.
            let id = String::from_utf8_lossy(&text).replace('\\', "\\\\").replace('"', "\\\"");
            let Seen { route, method, address, .. } = seen;
            let comma = if self.log.is_empty() { "" } else { "," };
            let route = if *route == NO_ROUTE { -1 } else { i64::from(*route) };
            let method = method.as_str();
            // Writing to a string cannot fail.
            let _ = write!(self.log, "{comma}[\"{method}\",{route},{status},{micros},\"{id}\",\"{address}\"]");
        }
    }
}

impl Context {
    /// Microseconds, by the clock of whoever wants to know.
    pub(super) fn micros(&self, observer: &Observer) -> u64 {
        observer.clock.as_ref().map_or(self.now * 1000, |clock| clock())
    }

    /// When a request began, or is queued for a handler.
    pub(super) fn observed_now(&self) -> u64 {
        self.observer.as_ref().map_or(0, |observer| self.micros(&observer.borrow()))
    }

    /// A response begins.
    #[cold]
    pub(super) fn observe(
        &self,
        observer: &RefCell<Observer>,
        seen: &Seen,
        status: u16,
        id: impl FnOnce(&mut Vec<u8>),
    ) {
        let mut observer = observer.borrow_mut();
        let now = self.micros(&observer);
        observer.answered(now, seen, status, id);
    }

    /// A handler gets a request that was queued at that time.
    pub(super) fn observe_call(&self, observer: &RefCell<Observer>, queued: u64) {
        let observer = &mut *observer.borrow_mut();
        let waited = self.micros(observer).saturating_sub(queued);
        if let Some(bounds) = &observer.bounds {
            observer.waiting.note(bounds, waited);
        }
    }
}

impl Engine {
    /// Gives the engine a finer clock for measuring than [`Engine::set_time`]; it is asked only if the plan wants something observed.
    pub fn set_clock(&mut self, clock: MicroClock) {
        if let Some(observer) = &mut self.cx.observer {
            observer.get_mut().clock = Some(clock);
        }
    }

    /// Counts and times as JSON: `{"routes":[{"route":0,"classes":[…],"buckets":[…],"sum":0}],"waiting":{"buckets":[…],"sum":0}}`. Only routes
    /// that answered; `route` is -1 for requests that reached none. `classes` go by the first digit of the status, `buckets` by the bounds of
    /// the plan and one more, `sum` is in microseconds. `None` unless the plan asks for it.
    pub fn metrics(&self) -> Option<String> {
        let observer = self.cx.observer.as_ref()?.borrow();
        observer.bounds.as_ref()?;
        let last = observer.routes.len() - 1;
        let mut out = String::from("{\"routes\":[");
        for (route, counts) in observer.routes.iter().enumerate() {
            if counts.classes.iter().all(|count| *count == 0) {
                continue;
            }
            let comma = if out.ends_with('[') { "" } else { "," };
            let route = if route == last { -1 } else { route as i64 };
            let Histogram { buckets, sum } = &counts.times;
            let classes = &counts.classes;
            let _ = write!(
                out,
                "{comma}{{\"route\":{route},\"classes\":{classes:?},\"buckets\":{buckets:?},\"sum\":{sum}}}"
            );
        }
        let Histogram { buckets, sum } = &observer.waiting;
        let _ = write!(out, "],\"waiting\":{{\"buckets\":{buckets:?},\"sum\":{sum}}}}}");
        Some(out)
    }

    /// The log since this was last asked, as JSON: `{"dropped":0,"entries":[["GET",0,200,31,"id","127.0.0.1"]]}`: method (empty for one without
    /// a name of its own), route (-1 for none), status, microseconds until the response began, request id, the client's address. `None` when
    /// there is nothing.
    pub fn take_log(&mut self) -> Option<String> {
        let observer = self.cx.observer.as_mut()?.get_mut();
        if observer.log.is_empty() && observer.dropped == 0 {
            return None;
        }
        let (entries, dropped) = (std::mem::take(&mut observer.log), std::mem::take(&mut observer.dropped));
        Some(format!("{{\"dropped\":{dropped},\"entries\":[{entries}]}}"))
    }
}

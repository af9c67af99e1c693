//! One limit: how many, and whose requests count together.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use super::Table;
use crate::auth::Claims;
use crate::http::Head;
use crate::http::response::is_field_name;
use crate::plan::{PlanError, RateKey, RateLimitPlan};

/// Most that `limit`, `window` and `burst` may be: their product must fit in 64 bits as microseconds.
const MOST: u64 = 1_000_000;
const MICROS: u64 = 1_000_000;

/// A compiled limit. Its counts are in a [`Table`] of its own.
#[derive(Debug)]
pub(crate) struct RateLimit {
    plan: RateLimitPlan,
    /// Microseconds that one request costs.
    interval: u64,
    /// Microseconds that may be used in advance.
    allowance: u64,
    /// Hashes keys with a secret, so that nobody can choose whose account to use.
    hash: RandomState,
}

/// Whose a request is.
pub(crate) struct Who<'r> {
    pub(crate) address: IpAddr,
    pub(crate) head: &'r Head,
    pub(crate) raw: &'r [u8],
    pub(crate) claims: Option<&'r Claims>,
}

/// A request over a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded {
    /// Index of the limit.
    pub(crate) limit: usize,
    /// Seconds after which there is room for one request.
    pub(crate) retry_after: u64,
}

impl RateLimit {
    /// Compiles a limit.
    ///
    /// # Errors
    /// A number out of its range, or a key that cannot be looked up.
    pub(crate) fn compile(plan: &RateLimitPlan, at: &str) -> Result<Self, PlanError> {
        for (name, value) in [("limit", plan.limit), ("window", plan.window), ("burst", plan.burst)] {
            if !(1..=MOST).contains(&value) {
                return Err(PlanError::invalid(
                    format!("{at}.{name}"),
                    format!("got {value}, allowed are 1 to {MOST}"),
                ));
            }
        }
        match &plan.key {
            RateKey::Header { name } if !is_field_name(name.as_bytes()) => {
                return Err(PlanError::invalid(format!("{at}.key"), format!("{name:?} is no header name")));
            }
            RateKey::Claim { claim } if claim.split('.').any(str::is_empty) => {
                return Err(PlanError::invalid(format!("{at}.key"), format!("{claim:?} is no path of a claim")));
            }
            _ => {}
        }
        // Rounded up: rather a request too few than one too many.
        let interval = (plan.window * MICROS).div_ceil(plan.limit);
        Ok(Self { plan: plan.clone(), interval, allowance: interval * plan.burst, hash: RandomState::new() })
    }

    /// Whether it counts by a claim, so that it can only be asked once somebody has signed in.
    pub(crate) fn is_by_claim(&self) -> bool {
        matches!(self.plan.key, RateKey::Claim { .. })
    }

    /// Counts a request, or says in how many seconds there is room for it; `now` in milliseconds.
    pub(crate) fn take(&self, table: &mut Table, who: &Who<'_>, now: u64) -> Result<(), u64> {
        let taken = table.take(self.key_of(who), now * 1000, self.interval, self.allowance);
        taken.map_err(|micros| micros.div_ceil(MICROS))
    }

    /// Requests without the header or claim count by their address: leaving it out must not open a way around the limit.
    fn key_of(&self, who: &Who<'_>) -> u64 {
        let found = match &self.plan.key {
            RateKey::All {} => Some(self.hash.hash_one(())),
            RateKey::Address {} => None,
            RateKey::Header { name } => {
                let mut values = who.head.values(who.raw, name).peekable();
                values.peek().is_some().then(|| self.hash.hash_one((1, values.collect::<Vec<_>>())))
            }
            RateKey::Claim { claim } => {
                who.claims.and_then(|claims| claims.get(claim)).map(|value| self.hash.hash_one((2, value.to_string())))
            }
        };
        // Zero is the key of an unused account.
        found.unwrap_or_else(|| self.hash.hash_one((3, network(who.address)))).max(1)
    }

    /// The `detail` of the problem document.
    pub(crate) fn detail(&self) -> String {
        let RateLimitPlan { limit, window, key, .. } = &self.plan;
        let whose = match key {
            RateKey::Address {} => "from this address",
            RateKey::All {} => "of all clients",
            RateKey::Header { .. } => "with this header",
            RateKey::Claim { .. } => "of this identity",
        };
        format!("More than {limit} requests in {window} s {whose} (rateLimit).")
    }

    /// Values of RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10) of a request that was refused.
    pub(crate) fn fields(&self, retry_after: u64) -> (String, String) {
        let RateLimitPlan { limit, window, key, .. } = &self.plan;
        let name = match key {
            RateKey::Address {} => "address",
            RateKey::All {} => "all",
            RateKey::Header { .. } => "header",
            RateKey::Claim { .. } => "claim",
        };
        (format!("\"{name}\";q={limit};w={window}"), format!("\"{name}\";r=0;t={retry_after}"))
    }
}

/// An IPv4 address, or the /64 network that one IPv6 client can choose its addresses from.
fn network(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        IpAddr::V6(address) => (address.to_bits() >> 64) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(key: &str) -> Result<RateLimit, PlanError> {
        let json = format!(r#"{{"limit":2,"window":60,"burst":2,"key":{key}}}"#);
        let plan = serde_json::from_str(&json).map_err(|e| PlanError::invalid("rateLimits[0]", e))?;
        RateLimit::compile(&plan, "rateLimits[0]")
    }

    fn asks(limit: &RateLimit, addresses: &[&str]) -> Vec<bool> {
        let mut table = Table::default();
        let head = Head::default();
        let ask = |address: &&str| {
            let who = Who { address: address.parse().expect("an address"), head: &head, raw: b"", claims: None };
            limit.take(&mut table, &who, 5).is_ok()
        };
        addresses.iter().map(ask).collect()
    }

    #[test]
    fn clients_of_one_ipv6_network_count_together() {
        let limit = limit(r#"{"kind":"address"}"#).expect("a limit");
        let answers = asks(&limit, &["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1", "10.0.0.1"]);
        assert_eq!(answers, [true, true, false, true, true]);
    }

    #[test]
    fn leaving_the_key_out_does_not_open_a_way_around_the_limit() {
        for key in [r#"{"kind":"header","name":"x-api-key"}"#, r#"{"kind":"claim","claim":"sub"}"#] {
            let limit = limit(key).expect("a limit");
            assert_eq!(asks(&limit, &["10.0.0.1", "10.0.0.1", "10.0.0.1"]), [true, true, false], "{key}");
        }
    }

    #[test]
    fn everybody_counts_together_when_the_key_is_all() {
        let limit = limit(r#"{"kind":"all"}"#).expect("a limit");
        assert_eq!(asks(&limit, &["10.0.0.1", "10.0.0.2", "10.0.0.3"]), [true, true, false]);
    }

    #[test]
    fn a_key_that_is_not_implemented_is_refused() {
        for key in [
            r#"{"kind":"adress"}"#,
            r#"{"kind":"header","name":"a b"}"#,
            r#"{"kind":"claim","claim":"a..b"}"#,
            r#"{"kind":"header"}"#,
        ] {
            let message = limit(key).expect_err(key).message;
            assert!(message.starts_with("rateLimits[0]"), "{message}");
        }
    }
}

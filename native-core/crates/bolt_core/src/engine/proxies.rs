//! The client's address behind proxies. `X-Forwarded-For` is only believed as far as it was written by hops that are trusted: read from
//! the right, the first address that is not a trusted proxy is the client's.

use std::net::IpAddr;

use crate::plan::PlanError;

/// CIDR blocks.
#[derive(Debug, Default)]
pub(crate) struct Proxies(Vec<(IpAddr, u8)>);

impl Proxies {
    pub(crate) fn compile(blocks: &[String]) -> Result<Self, PlanError> {
        let read = |(i, text): (usize, &String)| {
            block(text).ok_or_else(|| {
                PlanError::invalid(
                    format!("trustedProxies[{i}]"),
                    format!("{text:?} is no CIDR block such as 10.0.0.0/8"),
                )
            })
        };
        blocks.iter().enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|(network, bits)| contains(*network, *bits, address))
    }

    /// The client's address; `forwarded` are the values of all `X-Forwarded-For` fields in wire order.
    pub(crate) fn client<'b>(&self, peer: IpAddr, forwarded: impl Iterator<Item = &'b [u8]>) -> IpAddr {
        let mut client = peer.to_canonical();
        if self.0.is_empty() {
            return client;
        }
        let hops: Vec<&[u8]> = forwarded.flat_map(|value| value.split(|b| *b == b',')).collect();
        for hop in hops.iter().rev() {
            if !self.trusts(client) {
                break;
            }
            match address(hop) {
                Some(next) => client = next,
                None => break,
            }
        }
        client
    }
}

fn block(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address.parse::<IpAddr>().ok()?, Some(bits.parse::<u8>().ok()?)),
        None => (text.parse().ok()?, None),
    };
    let most = if address.is_ipv4() { 32 } else { 128 };
    Some((address, bits.unwrap_or(most))).filter(|(_, bits)| *bits <= most)
}

fn contains(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    let prefix = |whole: u32, value: u128| if bits == 0 { 0 } else { value >> (whole - u32::from(bits)) };
    match (network, address) {
        (IpAddr::V4(n), IpAddr::V4(a)) => prefix(32, u128::from(n.to_bits())) == prefix(32, u128::from(a.to_bits())),
        (IpAddr::V6(n), IpAddr::V6(a)) => prefix(128, n.to_bits()) == prefix(128, a.to_bits()),
        _ => false,
    }
}

/// One element of the list: an address, perhaps with brackets or a port.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(hop).ok()?.trim();
    let parsed = text.parse::<IpAddr>().ok();
    let parsed = parsed.or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|with_port| with_port.ip()));
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    parsed.or_else(bracketed).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, fields: &[&str]) -> String {
        let blocks: Vec<String> = trusted.iter().map(|t| (*t).to_owned()).collect();
        let proxies = Proxies::compile(&blocks).expect("blocks");
        proxies.client(peer.parse().expect("an address"), fields.iter().map(|f| f.as_bytes())).to_string()
    }

    #[test]
    fn the_right_most_untrusted_hop_is_the_client() {
        let trusted = ["10.0.0.0/8", "::1"];
        for (peer, fields, expected) in [
            ("10.1.2.3", &["6.6.6.6, 1.2.3.4"][..], "1.2.3.4"),
            ("10.1.2.3", &["6.6.6.6", "1.2.3.4, 10.9.9.9"], "1.2.3.4"),
            ("9.9.9.9", &["1.2.3.4"], "9.9.9.9"),
            ("10.1.2.3", &["1.2.3.4, junk"], "10.1.2.3"),
            ("10.1.2.3", &["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
            ("::1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("::ffff:10.1.2.3", &["1.2.3.4:80"], "1.2.3.4"),
            ("10.1.2.3", &[], "10.1.2.3"),
        ] {
            assert_eq!(client(&trusted, peer, fields), expected, "{peer} {fields:?}");
        }
        assert_eq!(client(&[], "10.1.2.3", &["1.2.3.4"]), "10.1.2.3");
    }

    #[test]
    fn bad_blocks_are_refused() {
        for bad in ["10.0.0.0/33", "x", "10.0.0/8", "::1/129", "/8", ""] {
            assert!(Proxies::compile(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}

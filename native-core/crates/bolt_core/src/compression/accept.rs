//! What a client says about codings: `Accept-Encoding` (RFC 9110 §12.5.3).

use super::Coding;

/// The codings that a request accepts, with their weights in thousandths. The default is a request that says nothing: no coding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accepted {
    /// By [`Coding::index`].
    own: [Option<u16>; 3],
    identity: Option<u16>,
    any: Option<u16>,
}

impl Accepted {
    /// Reads the values of all Accept-Encoding fields. A member that is not of the grammar counts for nothing, and of two members with
    /// one name the first counts.
    pub fn read<'f>(fields: impl Iterator<Item = &'f [u8]>) -> Self {
        let mut accepted = Self::default();
        for member in fields.flat_map(|field| field.split(|b| *b == b',')) {
            let (name, weight) = match memchr::memchr(b';', member) {
                Some(at) => (member[..at].trim_ascii(), weight(member[at + 1..].trim_ascii())),
                None => (member.trim_ascii(), Some(1000)),
            };
            let Some(weight) = weight else { continue };
            let place = match Coding::parse(name) {
                Some(coding) => &mut accepted.own[coding.index()],
                None if name == b"*" => &mut accepted.any,
                None if name.eq_ignore_ascii_case(b"identity") => &mut accepted.identity,
                None => continue,
            };
            place.get_or_insert(weight);
        }
        accepted
    }

    /// Whether every coding is refused, as it is by a client that says nothing.
    pub fn is_none(&self) -> bool {
        Coding::ALL.into_iter().all(|coding| self.weight(coding) == 0)
    }

    fn weight(&self, coding: Coding) -> u16 {
        self.own[coding.index()].or(self.any).unwrap_or(0)
    }

    /// The codings that are preferred to none at all, best first; those of one weight in the order of the server.
    ///
    /// A response without coding is always the last resort, even when the client refuses it: a 406 for something that was done already
    /// helps nobody (§12.4.1 lets a server disregard the field).
    pub fn choices(&self, offered: &[Coding]) -> impl Iterator<Item = Coding> + use<> {
        // Not listed, it is acceptable, but nothing says that it is wanted.
        let identity = self.identity.or(self.any).unwrap_or(0);
        let mut ranked = [None; 3];
        let wanted = offered.iter().filter(|c| self.weight(**c) > 0 && self.weight(**c) >= identity);
        for (place, coding) in ranked.iter_mut().zip(wanted) {
            *place = Some(*coding);
        }
        // Stable: equal weights stay in the order of the server.
        ranked.sort_by_key(|coding| std::cmp::Reverse(coding.map_or(0, |coding| self.weight(coding))));
        ranked.into_iter().flatten()
    }
}

/// `q=` and a number from 0 to 1 with at most three decimals (§12.4.2), in thousandths.
fn weight(parameter: &[u8]) -> Option<u16> {
    let [b'q' | b'Q', b'=', whole @ (b'0' | b'1'), rest @ ..] = parameter else { return None };
    let decimals = match rest {
        [] => &[][..],
        [b'.', decimals @ ..] if decimals.len() <= 3 && decimals.iter().all(u8::is_ascii_digit) => decimals,
        _ => return None,
    };
    let thousandths =
        [100, 10, 1].iter().zip(decimals).map(|(value, digit)| value * u16::from(digit - b'0')).sum::<u16>();
    let weight = u16::from(whole - b'0') * 1000 + thousandths;
    (weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::Coding::{Br, Gzip, Zstd};
    use super::*;

    fn choices(field: &str) -> Vec<Coding> {
        Accepted::read([field.as_bytes()].into_iter()).choices(&[Br, Zstd, Gzip]).collect()
    }

    #[test]
    fn weights_decide_and_the_order_of_the_server_among_equal_ones() {
        let cases: &[(&str, &[Coding])] = &[
            ("", &[]),
            ("gzip", &[Gzip]),
            ("gzip, deflate, br, zstd", &[Br, Zstd, Gzip]),
            ("gzip;q=1.0, br;q=0.8", &[Gzip, Br]),
            ("gzip;q=0.001,zstd;q=0.002", &[Zstd, Gzip]),
            ("GZIP ; Q=0.5", &[Gzip]),
            ("x-gzip", &[Gzip]),
            ("br;q=0, gzip", &[Gzip]),
            ("*", &[Br, Zstd, Gzip]),
            ("*;q=0.5, gzip;q=0.6", &[Gzip, Br, Zstd]),
            ("*, br;q=0", &[Zstd, Gzip]),
            ("*;q=0", &[]),
            ("*;q=0, gzip", &[Gzip]),
            ("identity", &[]),
            ("identity, gzip", &[Gzip]),
            ("identity;q=1, gzip;q=0.5", &[]),
            ("identity;q=0.5, gzip;q=0.5", &[Gzip]),
            ("identity;q=0", &[]),
            ("identity;q=0, zstd;q=0.1", &[Zstd]),
            ("deflate, compress", &[]),
            (" , ,gzip,, ", &[Gzip]),
            ("gzip;q=0, gzip;q=1", &[]),
        ];
        for (field, expected) in cases {
            assert_eq!(choices(field), *expected, "{field:?}");
        }
    }

    #[test]
    fn what_is_no_weight_counts_for_nothing() {
        for weight in ["2", "1.001", "0.1234", "-0", "+1", "01", ".5", "0.a", "nan", "1e0", "0x1", "", " 1", "1 0"] {
            let field = format!("gzip;q={weight}");
            assert_eq!(choices(&field), [], "{field:?}");
        }
        for field in ["gzip;level=9", "gzip;q", "gzip;", "gzip;q=1;q=1", "g zip", "gzip\u{0}", "\"gzip\""] {
            assert_eq!(choices(field), [], "{field:?}");
        }
        assert_eq!(choices("gzip;q=1., br;q=0."), [Gzip]);
    }

    #[test]
    fn several_fields_are_one_list() {
        let accepted = Accepted::read([&b"gzip;q=0.5"[..], b"br"].into_iter());
        assert_eq!(accepted.choices(&[Gzip, Br]).collect::<Vec<_>>(), [Br, Gzip]);
        assert!(!accepted.is_none() && Accepted::default().is_none());
    }
}

//! Why a connection ends (RFC 6455 §7.4).

use super::frame::MAX_CONTROL;

/// A status code of a Close frame (RFC 6455 §7.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// The purpose is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// An endpoint goes away; here: nothing came for too long.
    pub const GOING_AWAY: Self = Self(1001);
    /// The peer broke the protocol.
    pub const PROTOCOL: Self = Self(1002);
    /// A kind of data that is not accepted.
    pub const UNSUPPORTED: Self = Self(1003);
    /// Stands for a Close frame without a code; never sent.
    pub const NONE: Self = Self(1005);
    /// Stands for the end of a connection without a Close frame; never sent.
    pub const ABNORMAL: Self = Self(1006);
    /// Data that is not what it claims to be, such as text that is no UTF-8.
    pub const INVALID_DATA: Self = Self(1007);
    /// A message that breaks the application's rules.
    pub const POLICY: Self = Self(1008);
    /// A message that is too large.
    pub const TOO_BIG: Self = Self(1009);
    /// The server failed.
    pub const INTERNAL: Self = Self(1011);
    /// The server restarts.
    pub const RESTART: Self = Self(1012);
    /// The client is too slow to take what it is sent.
    pub const TRY_LATER: Self = Self(1013);

    /// Whether a Close frame may carry it: the registered codes that are no stand-ins, and 3000 to 4999 for libraries and
    /// applications (RFC 6455 §7.4.2).
    pub fn is_sendable(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }
}

/// Something after which the connection cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What the Close frame says.
    pub code: CloseCode,
    /// Its reason, at most 123 bytes.
    pub reason: &'static str,
}

impl Fault {
    pub(crate) const fn protocol(reason: &'static str) -> Self {
        Self { code: CloseCode::PROTOCOL, reason }
    }

    pub(crate) const fn invalid(reason: &'static str) -> Self {
        Self { code: CloseCode::INVALID_DATA, reason }
    }
}

/// Reads the payload of a Close frame: the code, or [`CloseCode::NONE`], and the reason.
///
/// # Errors
/// Half a code, one that must not be sent, or a reason that is no UTF-8 (RFC 6455 §5.5.1, §7.4.1).
pub fn read(payload: &[u8]) -> Result<(CloseCode, &str), Fault> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        let is_empty = payload.is_empty();
        return if is_empty { Ok((CloseCode::NONE, "")) } else { Err(Fault::protocol("half a close code")) };
    };
    let code = CloseCode(u16::from_be_bytes(*code));
    if !code.is_sendable() {
        return Err(Fault::protocol("a close code that must not be sent"));
    }
    let reason = str::from_utf8(reason).map_err(|_| Fault::invalid("the close reason is not UTF-8"))?;
    Ok((code, reason))
}

/// The payload of a Close frame; a reason that is too long for it is cut at a character.
pub fn payload(code: CloseCode, reason: &str) -> Vec<u8> {
    if code == CloseCode::NONE {
        return Vec::new();
    }
    let mut payload = code.0.to_be_bytes().to_vec();
    let most = reason.len().min(MAX_CONTROL - 2);
    let end = (0..=most).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or(0);
    payload.extend_from_slice(&reason.as_bytes()[..end]);
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_at_a_character() {
        let payload = payload(CloseCode::NORMAL, &"€".repeat(60));
        assert_eq!(payload.len(), 2 + 41 * 3);
        assert!(read(&payload).is_ok());
    }

    #[test]
    fn codes_that_only_stand_for_something_are_refused() {
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535] {
            assert_eq!(
                read(&u16::to_be_bytes(code)),
                Err(Fault::protocol("a close code that must not be sent")),
                "{code}"
            );
        }
        for code in [1000, 1003, 1007, 1014, 3000, 4999] {
            assert_eq!(read(&u16::to_be_bytes(code)), Ok((CloseCode(code), "")));
        }
        assert_eq!(read(b""), Ok((CloseCode::NONE, "")));
        assert!(read(b"\x03").is_err());
        assert_eq!(read(b"\x03\xe8\xff").expect_err("no UTF-8").code, CloseCode::INVALID_DATA);
    }
}

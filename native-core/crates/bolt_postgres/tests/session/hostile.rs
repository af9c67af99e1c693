//! Servers that break the protocol: no panic, and no answer to a statement that it was not meant for.

use super::server::*;

/// Numbers that follow from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

/// Changes, removes or repeats a few bytes.
fn mutate(dice: &mut Dice, bytes: &mut Vec<u8>) {
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len());
        match dice.below(4) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes.truncate(at + 1),
            2 => bytes[at] = dice.below(256) as u8,
            _ => {
                let end = (at + dice.below(40)).min(bytes.len());
                bytes.extend_from_within(at..end);
            }
        }
    }
}

#[test]
fn mutated_messages_never_panic_and_each_statement_ends_at_most_once() {
    let mut dice = Dice(1);
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut session = session();
        for (token, sql) in [(1, "a"), (2, "b"), (3, "a")] {
            session.send(token, statement(sql));
        }
        let mut bytes = [described("1"), described("2"), error("22012"), ready(b'I')].concat();
        mutate(&mut dice, &mut bytes);
        let mut is_whole = true;
        for piece in bytes.chunks(1 + dice.below(60)) {
            if let Err(failure) = session.receive(piece) {
                is_whole = false;
                session.fail(&failure);
                break;
            }
        }
        accepted += usize::from(is_whole);
        let tokens: Vec<u64> = session.take_done().iter().map(|done| done.token).collect();
        let mut sorted = tokens.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), tokens.len(), "{tokens:?}");
    }
    assert!((2_000..18_000).contains(&accepted), "{accepted} of 20,000 are taken");
}

#[test]
fn mutated_sign_ins_never_panic() {
    let mut dice = Dice(2);
    for _ in 0..20_000 {
        let mut session = bolt_postgres::Session::new(credentials(), true).unwrap();
        let offer = [&10u32.to_be_bytes()[..], b"SCRAM-SHA-256\0\0"].concat();
        let mut bytes =
            [message(b'R', &offer), message(b'R', b"\0\0\0\x0br=x,s=QSXCR+Q6sek8bf92,i=1"), signed_in()].concat();
        mutate(&mut dice, &mut bytes);
        let _ = session.receive(&bytes);
    }
}

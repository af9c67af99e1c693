//! What compressing a JSON answer costs and saves, by coding, level and size: `cargo bench -p bolt_core --bench compression`.
#![allow(clippy::unwrap_used, clippy::panic)]
#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::hint::black_box;
use std::time::Instant;

use bolt_core::compression::{Coding, Compression};
use bolt_core::plan::{CompressionLevels, CompressionPlan};

const SIZES: [usize; 5] = [1, 4, 16, 64, 512];

/// Rows as a database has them: repeated keys, values that differ.
fn rows(bytes: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let words =
        ["lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit", "sed", "eiusmod", "tempor"];
    let mut text = String::from("[");
    while text.len() < bytes {
        let title: Vec<&str> = (0..6).map(|_| words[next() as usize % words.len()]).collect();
        text.push_str(&format!(
            r#"{{"id":"{:016x}","title":"{}","done":{},"stars":{},"created":"2026-11-{:02}T10:{:02}:00Z"}},"#,
            next(),
            title.join(" "),
            next() % 2 == 0,
            next() % 6,
            next() % 28 + 1,
            next() % 60
        ));
    }
    text.truncate(bytes);
    text.into_bytes()
}

fn rules(level: u32) -> Compression {
    let level = CompressionLevels { br: level.min(11), zstd: level, gzip: level.clamp(1, 9) };
    let types = vec!["text/*".to_owned()];
    Compression::compile(&CompressionPlan { encodings: Coding::ALL.to_vec(), level, min_bytes: 0, types }).unwrap()
}

fn main() {
    println!("coding level   {}", SIZES.map(|kib| format!("{:>8} KiB       ", kib)).join(""));
    for (coding, levels) in [(Coding::Br, 1..=5), (Coding::Zstd, 1..=5), (Coding::Gzip, 1..=6)] {
        for level in levels {
            let compression = rules(level);
            let cells = SIZES.map(|kib| {
                let content = rows(kib * 1024);
                let rounds = (20_000 / kib).clamp(20, 2_000);
                let best = (0..5)
                    .map(|_| {
                        let start = Instant::now();
                        for _ in 0..rounds {
                            black_box(compression.whole(coding, black_box(&content)));
                        }
                        start.elapsed() / rounds as u32
                    })
                    .min()
                    .unwrap();
                let share = compression
                    .whole(coding, &content)
                    .map_or(100.0, |out| 100.0 * out.len() as f64 / content.len() as f64);
                format!("{:>8.1} us {:>4.1} % ", best.as_nanos() as f64 / 1000.0, share)
            });
            println!("{:<6} {:>5}   {}", coding.token(), level, cells.join(""));
        }
    }
}

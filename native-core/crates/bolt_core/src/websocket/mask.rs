//! Unmasking (RFC 6455 §5.3).

/// Unmasks bytes in place; `offset` is the number of payload bytes of the frame before them.
#[inline]
pub(super) fn unmask(bytes: &mut [u8], mask: [u8; 4], offset: usize) {
    let mut key = mask;
    key.rotate_left(offset % 4);
    let [a, b, c, d] = key;
    let wide = u128::from_ne_bytes([a, b, c, d, a, b, c, d, a, b, c, d, a, b, c, d]);
    let (blocks, rest) = bytes.as_chunks_mut::<16>();
    for block in blocks {
        *block = (u128::from_ne_bytes(*block) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_length_unmask_like_the_whole() {
        let mask = [0x12, 0x34, 0x56, 0x78];
        let plain: Vec<u8> = (0..300u32).map(|n| (n * 7) as u8).collect();
        let masked: Vec<u8> = plain.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]).collect();
        for piece in 1..70 {
            let mut bytes = masked.clone();
            let mut offset = 0;
            for chunk in bytes.chunks_mut(piece) {
                unmask(chunk, mask, offset);
                offset += chunk.len();
            }
            assert_eq!(bytes, plain, "pieces of {piece}");
        }
    }
}

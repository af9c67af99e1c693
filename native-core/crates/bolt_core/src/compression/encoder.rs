//! One response being encoded, piece by piece or at once.

use std::io::Write;

use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compress, FlushCompress, Status};
use zstd_safe::zstd_sys::ZSTD_EndDirective;
use zstd_safe::{CCtx, CParameter, InBuffer, OutBuffer, ResetDirective};

use super::Coding;

/// How far an encoder looks back when it does not know what is to come, as a power of two: 32 KiB, what gzip has anyway. Larger windows
/// gain little on texts of a few hundred KiB, and each open stream would hold one.
const STREAM_WINDOW: u32 = 15;
/// Room made for output at one time.
const ROOM: usize = 16 * 1024;
/// The buffer between brotli and its output.
const BROTLI_BUFFER: usize = 4 * 1024;

/// An encoder broke: a bug of its library, or no memory. The response cannot be continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderFault;

/// Encodes one response after the other.
pub struct Encoder(State);

enum State {
    Br { writer: Box<CompressorWriter<Vec<u8>>>, level: u32 },
    Zstd(CCtx<'static>),
    Gzip(Compress),
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Encoder").field(&self.coding()).finish()
    }
}

impl Encoder {
    /// An encoder at a level (br 0 to 11, zstd 1 to 19, gzip 1 to 9); `size` is how many bytes are to come, if that is known.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn new(coding: Coding, level: u32, size: Option<usize>) -> Result<Self, EncoderFault> {
        Ok(Self(match coding {
            Coding::Br => State::Br { writer: brotli(level, size), level },
            Coding::Zstd => State::Zstd(zstd(level, size)?),
            Coding::Gzip => State::Gzip(Compress::new_gzip(flate2::Compression::new(level), STREAM_WINDOW as u8)),
        }))
    }

    /// Makes it ready for another response of that size.
    pub(super) fn restart(&mut self, size: Option<usize>) -> Result<(), EncoderFault> {
        match &mut self.0 {
            State::Br { writer, level } => *writer = brotli(*level, size),
            State::Zstd(context) => {
                context.reset(ResetDirective::SessionOnly).map_err(|_| EncoderFault)?;
                window(context, size)?;
            }
            State::Gzip(compress) => compress.reset(),
        }
        Ok(())
    }

    pub(super) fn coding(&self) -> Coding {
        match self.0 {
            State::Br { .. } => Coding::Br,
            State::Zstd(_) => Coding::Zstd,
            State::Gzip(_) => Coding::Gzip,
        }
    }

    /// Encodes more; what comes out of it may lag behind.
    ///
    /// # Errors
    /// The response cannot be continued.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), EncoderFault> {
        self.run(bytes, Step::Continue, out)
    }

    /// Lets out everything that was pushed, so that a decoder sees all of it.
    ///
    /// # Errors
    /// The response cannot be continued.
    pub fn flush(&mut self, out: &mut Vec<u8>) -> Result<(), EncoderFault> {
        self.run(&[], Step::Flush, out)
    }

    /// Ends the response.
    ///
    /// # Errors
    /// The response cannot be ended.
    pub fn finish(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), EncoderFault> {
        self.run(bytes, Step::Finish, out)
    }

    fn run(&mut self, bytes: &[u8], step: Step, out: &mut Vec<u8>) -> Result<(), EncoderFault> {
        match &mut self.0 {
            State::Br { writer, level } => {
                writer.write_all(bytes).map_err(|_| EncoderFault)?;
                match step {
                    Step::Continue => {}
                    Step::Flush => writer.flush().map_err(|_| EncoderFault)?,
                    Step::Finish => {
                        let ended = std::mem::replace(writer, brotli(*level, Some(0)));
                        out.append(&mut ended.into_inner());
                        return Ok(());
                    }
                }
                out.append(writer.get_mut());
                Ok(())
            }
            State::Zstd(context) => run_zstd(context, bytes, step, out),
            State::Gzip(compress) => run_gzip(compress, bytes, step, out),
        }
    }
}

/// What is to follow the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Continue,
    Flush,
    Finish,
}

fn brotli(level: u32, size: Option<usize>) -> Box<CompressorWriter<Vec<u8>>> {
    let mut parameters = BrotliEncoderParams { quality: level as i32, ..BrotliEncoderParams::default() };
    parameters.lgwin = window_of(size) as i32;
    parameters.size_hint = size.unwrap_or(0);
    Box::new(CompressorWriter::with_params(Vec::new(), BROTLI_BUFFER, &parameters))
}

fn zstd(level: u32, size: Option<usize>) -> Result<CCtx<'static>, EncoderFault> {
    let mut context = CCtx::try_create().ok_or(EncoderFault)?;
    context.set_parameter(CParameter::CompressionLevel(level as i32)).map_err(|_| EncoderFault)?;
    window(&mut context, size)?;
    Ok(context)
}

fn window(context: &mut CCtx<'static>, size: Option<usize>) -> Result<(), EncoderFault> {
    context.set_parameter(CParameter::WindowLog(window_of(size))).map_err(|_| EncoderFault)?;
    context.set_pledged_src_size(size.map(|size| size as u64)).map_err(|_| EncoderFault)?;
    Ok(())
}

/// The smallest window that holds everything, from 1 KiB (zstd's least) to 4 MiB.
fn window_of(size: Option<usize>) -> u32 {
    size.map_or(STREAM_WINDOW, |size| size.max(1).next_power_of_two().ilog2().clamp(10, 22))
}

fn run_zstd(context: &mut CCtx<'_>, bytes: &[u8], step: Step, out: &mut Vec<u8>) -> Result<(), EncoderFault> {
    let directive = match step {
        Step::Continue => ZSTD_EndDirective::ZSTD_e_continue,
        Step::Flush => ZSTD_EndDirective::ZSTD_e_flush,
        Step::Finish => ZSTD_EndDirective::ZSTD_e_end,
    };
    let mut input = InBuffer::around(bytes);
    loop {
        let end = out.len();
        out.reserve(ROOM.min(bytes.len() + 128));
        let left = {
            let mut output = OutBuffer::around_pos(out, end);
            context.compress_stream2(&mut output, &mut input, directive).map_err(|_| EncoderFault)?
        };
        let is_done = if step == Step::Continue { input.pos() == bytes.len() } else { left == 0 };
        if is_done {
            return Ok(());
        }
    }
}

fn run_gzip(compress: &mut Compress, bytes: &[u8], step: Step, out: &mut Vec<u8>) -> Result<(), EncoderFault> {
    let flush = match step {
        Step::Continue => FlushCompress::None,
        Step::Flush => FlushCompress::Sync,
        Step::Finish => FlushCompress::Finish,
    };
    let mut rest = bytes;
    loop {
        out.reserve(ROOM.min(bytes.len() + 128));
        let before = compress.total_in();
        let status = compress.compress_vec(rest, out, flush).map_err(|_| EncoderFault)?;
        rest = &rest[(compress.total_in() - before) as usize..];
        let is_done = match step {
            Step::Continue => rest.is_empty(),
            // Room that was left over means that nothing is held back.
            Step::Flush => rest.is_empty() && out.len() < out.capacity(),
            Step::Finish => status == Status::StreamEnd,
        };
        if is_done {
            return Ok(());
        }
    }
}

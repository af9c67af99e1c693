//! The rules of an application.

use std::cell::RefCell;

use super::media::MediaTypes;
use super::{Accepted, Coding, Encoder};
use crate::plan::{CompressionPlan, PlanError};

/// Compiled rules, and encoders that wait for the next response.
#[derive(Debug)]
pub struct Compression {
    /// In the order of preference.
    codings: Vec<Coding>,
    /// By [`Coding::index`].
    levels: [u32; 3],
    min_bytes: usize,
    types: MediaTypes,
    /// One of each coding: whole responses are encoded one after the other. By [`Coding::index`].
    spare: RefCell<[Option<Encoder>; 3]>,
}

impl Compression {
    /// Compiles the rules.
    ///
    /// # Errors
    /// No or a repeated coding, a level out of bounds, or a media type that is none.
    pub fn compile(plan: &CompressionPlan) -> Result<Self, PlanError> {
        let codings = plan.encodings.clone();
        if codings.is_empty() {
            return Err(PlanError::invalid("compression.encodings", "is empty: turn compression off instead"));
        }
        if codings.iter().enumerate().any(|(i, coding)| codings[..i].contains(coding)) {
            return Err(PlanError::invalid("compression.encodings", "names a coding twice"));
        }
        let levels = [plan.level.br, plan.level.zstd, plan.level.gzip];
        for (coding, level) in Coding::ALL.into_iter().zip(levels) {
            let allowed = coding.levels();
            if !allowed.contains(&level) {
                let at = format!("compression.level.{}", coding.token());
                let (least, most) = allowed.into_inner();
                return Err(PlanError::invalid(at, format!("got {level}, allowed are {least} to {most}")));
            }
        }
        let types = MediaTypes::parse(&plan.types).map_err(|bad| {
            PlanError::invalid(
                "compression.types",
                format!("{bad:?} is no media type such as text/*, *+json or text/css"),
            )
        })?;
        Ok(Self { codings, levels, min_bytes: plan.min_bytes, types, spare: RefCell::default() })
    }

    /// Contents below this size are sent as they are, bytes.
    pub fn min_bytes(&self) -> usize {
        self.min_bytes
    }

    /// Whether contents of this media type (a Content-Type value) are encoded at all.
    pub fn takes(&self, content_type: &[u8]) -> bool {
        self.types.hold(content_type)
    }

    /// What is used for a client.
    pub fn choose(&self, accepted: &Accepted) -> Option<Coding> {
        accepted.choices(&self.codings).next()
    }

    /// What may be used for a client when all there is to do is to read a file, best first: the smallest of those it likes equally.
    pub fn choose_ready(&self, accepted: &Accepted) -> impl Iterator<Item = Coding> + use<> {
        let mut offered = [Coding::Br; 3];
        let known = Coding::ALL.into_iter().filter(|coding| self.codings.contains(coding));
        let count = offered.iter_mut().zip(known).map(|(place, coding)| *place = coding).count();
        accepted.choices(&offered[..count])
    }

    /// A content encoded at once; `None` when it would not become smaller, or the encoder broke.
    pub fn whole(&self, coding: Coding, content: &[u8]) -> Option<Vec<u8>> {
        let mut spare = self.spare.try_borrow_mut().ok()?;
        let place = &mut spare[coding.index()];
        let mut out = Vec::with_capacity(content.len() / 3 + 64);
        let encoded = match place.take() {
            Some(mut encoder) => encoder.restart(Some(content.len())).map(|()| encoder),
            None => Encoder::new(coding, self.level(coding), Some(content.len())),
        }
        .and_then(|mut encoder| encoder.finish(content, &mut out).map(|()| encoder));
        // One that failed is in no state to be used again.
        *place = encoded.ok();
        (place.is_some() && out.len() < content.len()).then_some(out)
    }

    /// An encoder for a response that comes in pieces, of that size if it is known; `None` when there is no memory for it.
    pub fn stream(&self, coding: Coding, size: Option<usize>) -> Option<Encoder> {
        Encoder::new(coding, self.level(coding), size).ok()
    }

    fn level(&self, coding: Coding) -> u32 {
        self.levels[coding.index()]
    }
}

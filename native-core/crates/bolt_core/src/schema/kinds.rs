//! Sets of JSON types.

/// A set of kinds of values. A number is an integer or a fraction by its value: `1.0` is an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Default for Kinds {
    fn default() -> Self {
        Self::ALL
    }
}

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(2);
    pub(super) const INTEGER: Self = Self(4);
    pub(super) const FRACTION: Self = Self(8);
    pub(super) const NUMBER: Self = Self(12);
    pub(super) const STRING: Self = Self(16);
    pub(super) const ARRAY: Self = Self(32);
    pub(super) const OBJECT: Self = Self(64);
    pub(super) const ALL: Self = Self(127);
    /// What a single text may mean.
    pub(super) const TEXTUAL: Self = Self(31);

    /// What can be told apart by a value's first byte, in the order of [`super::node::Switch`].
    pub(super) const CLASSES: [Self; 6] =
        [Self::NULL, Self::BOOLEAN, Self::NUMBER, Self::STRING, Self::ARRAY, Self::OBJECT];

    /// The class of a value by its first byte.
    #[inline]
    pub(super) fn class(first: u8) -> usize {
        match first {
            b'n' => 0,
            b't' | b'f' => 1,
            b'"' => 3,
            b'[' => 4,
            b'{' => 5,
            _ => 2,
        }
    }

    /// The kinds that a name of JSON Schema's `type` stands for.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => return None,
        })
    }

    #[inline]
    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// For messages about texts, which are never null.
    pub(super) fn without_null(self) -> Self {
        Self(self.0 & !Self::NULL.0)
    }

    /// Whether some kind is in both.
    #[inline]
    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// For a message: `a string or null`.
    pub(super) fn describe(self) -> String {
        const NAMES: [(Kinds, &str); 7] = [
            (Kinds::STRING, "a string"),
            (Kinds::NUMBER, "a number"),
            (Kinds::INTEGER, "an integer"),
            (Kinds::BOOLEAN, "a boolean"),
            (Kinds::ARRAY, "an array"),
            (Kinds::OBJECT, "an object"),
            (Kinds::NULL, "null"),
        ];
        let mut rest = self;
        let mut names = Vec::new();
        for (kinds, name) in NAMES {
            if rest.intersection(kinds) == kinds {
                rest = Self(rest.0 & !kinds.0);
                names.push(name);
            }
        }
        names.join(" or ")
    }
}

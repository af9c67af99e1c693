//! Part of `@bolt-app/core`.

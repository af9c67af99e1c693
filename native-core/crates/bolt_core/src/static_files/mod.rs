//! Files of a folder as responses.

//! JSON Schema compiled to a plan that is run over raw bytes.

//! Arrays: `{1,NULL,"a \"b\""}`, nested by dimension, perhaps behind their bounds as in `[0:1]={1,2}` (manual, "Array Input and Output Syntax").

use bolt_sql::rows::Misfit;

use super::Form;

/// Dimensions that PostgreSQL allows (`MAXDIM`).
const DEPTH: usize = 6;

/// Writes an array as JSON.
pub(super) fn write(out: &mut Vec<u8>, element: &Form, text: &[u8]) -> Result<(), Misfit> {
    let start = match text.first() {
        Some(b'[') => text.iter().position(|byte| *byte == b'=').ok_or(Misfit)? + 1,
        _ => 0,
    };
    let mut reader = Reader { text, at: start, unescaped: Vec::new() };
    reader.list(out, element, 1)?;
    if reader.at == text.len() { Ok(()) } else { Err(Misfit) }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    /// An element without its quotes; memory that is used again.
    unescaped: Vec<u8>,
}

impl Reader<'_> {
    fn list(&mut self, out: &mut Vec<u8>, element: &Form, depth: usize) -> Result<(), Misfit> {
        if depth > DEPTH || self.next() != Some(b'{') {
            return Err(Misfit);
        }
        out.push(b'[');
        if self.peek() == Some(b'}') {
            self.at += 1;
            out.push(b']');
            return Ok(());
        }
        loop {
            match self.peek().ok_or(Misfit)? {
                b'{' => self.list(out, element, depth + 1)?,
                b'"' => self.quoted(out, element)?,
                _ => self.plain(out, element)?,
            }
            match self.next() {
                Some(b',') => out.push(b','),
                Some(b'}') => break,
                _ => return Err(Misfit),
            }
        }
        out.push(b']');
        Ok(())
    }

    fn quoted(&mut self, out: &mut Vec<u8>, element: &Form) -> Result<(), Misfit> {
        self.at += 1;
        self.unescaped.clear();
        loop {
            match self.next().ok_or(Misfit)? {
                b'"' => break,
                b'\\' => {
                    let escaped = self.next().ok_or(Misfit)?;
                    self.unescaped.push(escaped);
                }
                byte => self.unescaped.push(byte),
            }
        }
        element.write(out, 0, &self.unescaped)
    }

    fn plain(&mut self, out: &mut Vec<u8>, element: &Form) -> Result<(), Misfit> {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b',' | b'}')).ok_or(Misfit)?;
        self.at += length;
        match &rest[..length] {
            b"" => Err(Misfit),
            b"NULL" => {
                out.extend_from_slice(b"null");
                Ok(())
            }
            value => element.write(out, 0, value),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(element: Form, text: &str) -> Option<String> {
        let mut out = Vec::new();
        write(&mut out, &element, text.as_bytes()).ok()?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn elements_are_of_one_form_whatever_the_dimensions() {
        assert_eq!(written(Form::Number, "{1,NULL,-2}").as_deref(), Some("[1,null,-2]"));
        assert_eq!(written(Form::Number, "{{1,2},{3,4}}").as_deref(), Some("[[1,2],[3,4]]"));
        assert_eq!(written(Form::Boolean, "[0:1]={t,f}").as_deref(), Some("[true,false]"));
        assert_eq!(written(Form::String, "{}").as_deref(), Some("[]"));
    }

    #[test]
    fn quotes_keep_what_means_something_else_without_them() {
        let text = r#"{"a,b","NULL","{}","\"\\",plain,""}"#;
        assert_eq!(written(Form::String, text).as_deref(), Some(r#"["a,b","NULL","{}","\"\\","plain",""]"#));
        assert_eq!(written(Form::Json, r#"{"{\"a\": [1]}",2}"#).as_deref(), Some(r#"[{"a": [1]},2]"#));
    }

    #[test]
    fn what_is_no_array_is_refused() {
        for text in ["", "1", "{", "{1", "{1,", "{1,}", "{\"a}", "{1}2", "[0:1]", "{{{{{{{1}}}}}}}", "{\"a\\"] {
            assert_eq!(written(Form::Number, text), None, "{text}");
        }
    }
}

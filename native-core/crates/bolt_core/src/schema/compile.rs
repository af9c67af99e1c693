//! From a schema document to a [`Plan`]: references resolved, every keyword either understood or refused.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::CompileError;
use super::keyword::{Keywords, is_annotation, is_refused};
use super::kinds::Kinds;
use super::node::{ArrayRules, Joined, Node, NodeId, ObjectRules, Plan, Rest};
use super::{in_place, keyword};

/// Compiles a document.
pub(super) fn compile(document: &Value, at: &str) -> Result<Plan, CompileError> {
    let mut compiler = Compiler { document, at, nodes: Vec::new(), known: HashMap::new() };
    let root = compiler.resolve("")?;
    in_place::refuse_cycles(&compiler.nodes, at)?;
    in_place::add_switches(&mut compiler.nodes);
    in_place::drop_idle_names(&mut compiler.nodes);
    Ok(Plan { nodes: compiler.nodes, root })
}

/// Compilation in progress.
pub(super) struct Compiler<'d> {
    document: &'d Value,
    at: &'d str,
    nodes: Vec<Node>,
    /// Nodes by the JSON pointer of their schema; entered before the node is complete, so that references may be circular.
    known: HashMap<String, NodeId>,
}

impl<'d> Compiler<'d> {
    /// An error at a schema and keyword.
    pub(super) fn error(&self, pointer: &str, keyword: &str, reason: impl Into<String>) -> CompileError {
        let mut at = self.at.to_owned();
        for step in pointer.split('/').skip(1).chain((!keyword.is_empty()).then_some(keyword)) {
            at.push('.');
            at.push_str(&step.replace("~1", "/").replace("~0", "~"));
        }
        CompileError::new(at, reason)
    }

    /// The node of the schema at a pointer; of a schema that only refers to another, that other one's.
    pub(super) fn resolve(&mut self, pointer: &str) -> Result<NodeId, CompileError> {
        let mut target = pointer.to_owned();
        let mut steps = 0;
        while let Some(reference) = self.only_reference(&target) {
            target = self.target(&target, reference)?;
            steps += 1;
            if steps > 100 {
                return Err(self.error(pointer, "$ref", "refers to itself only"));
            }
        }
        if let Some(&id) = self.known.get(&target) {
            return Ok(id);
        }
        let id = NodeId::try_from(self.nodes.len()).map_err(|_| self.error(pointer, "", "the schema is too large"))?;
        self.nodes.push(Node::default());
        self.known.insert(target.clone(), id);
        let node = self.node(&target)?;
        self.nodes[id as usize] = node;
        Ok(id)
    }

    /// The node of a direct subschema.
    pub(super) fn child(&mut self, pointer: &str, keyword: &str) -> Result<NodeId, CompileError> {
        self.resolve(&format!("{pointer}/{keyword}"))
    }

    /// What a subschema for unnamed members means.
    pub(super) fn rest(&mut self, pointer: &str, keyword: &str, value: &Value) -> Result<Rest, CompileError> {
        Ok(match value {
            Value::Bool(true) => Rest::Any,
            Value::Bool(false) => Rest::Never,
            Value::Object(schema) if schema.is_empty() => Rest::Any,
            _ => Rest::Node(self.child(pointer, keyword)?),
        })
    }

    /// The reference of a schema that says nothing else.
    fn only_reference(&self, pointer: &str) -> Option<&'d str> {
        let schema = self.document.pointer(pointer)?.as_object()?;
        let reference = schema.get("$ref")?.as_str()?;
        let rules = |name: &String| name != "$ref" && name != "$defs" && name != "definitions" && !is_annotation(name);
        (!schema.keys().any(rules)).then_some(reference)
    }

    /// The pointer that a `$ref` means.
    fn target(&self, pointer: &str, reference: &str) -> Result<String, CompileError> {
        let target = reference.strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let Some(target) = target else {
            return Err(self.error(pointer, "$ref", format!("{reference:?} is not a pointer into this document")));
        };
        let target = percent_encoding::percent_decode_str(target).decode_utf8_lossy().into_owned();
        if self.document.pointer(&target).is_none() {
            return Err(self.error(pointer, "$ref", format!("{reference:?} does not exist")));
        }
        Ok(target)
    }

    fn node(&mut self, pointer: &str) -> Result<Node, CompileError> {
        let schema = match self.document.pointer(pointer) {
            Some(Value::Bool(true)) => return Ok(Node::default()),
            Some(Value::Bool(false)) => return Ok(Node { kinds: Kinds::NONE, ..Node::default() }),
            Some(Value::Object(schema)) => schema,
            _ => return Err(self.error(pointer, "", "a schema must be an object or a boolean")),
        };
        for name in schema.keys() {
            if is_refused(name) {
                return Err(self.error(pointer, name, "this keyword is not supported"));
            }
        }
        let keywords = Keywords { schema, pointer, at: self };
        let kinds = keywords.kinds()?;
        let number = keywords.number()?;
        let string = keywords.string(kinds)?;
        let literals = keywords.literals()?;
        let mut node = Node {
            kinds,
            literals: literals.map(Box::new),
            number: number.map(Box::new),
            string: string.map(Box::new),
            ..Node::default()
        };
        node.array = self.array(pointer, schema)?.map(Box::new);
        node.object = self.object(pointer, schema)?.map(Box::new);
        node.joined = self.joined(pointer, schema)?.map(Box::new);
        Ok(node)
    }

    fn array(&mut self, pointer: &str, schema: &'d Map<String, Value>) -> Result<Option<ArrayRules>, CompileError> {
        if !keyword::ARRAY.iter().any(|name| schema.contains_key(*name)) {
            return Ok(None);
        }
        let keywords = Keywords { schema, pointer, at: self };
        let (min, max) = (keywords.count("minItems")?.unwrap_or(0), keywords.count("maxItems")?);
        let unique = keywords.flag("uniqueItems")?;
        let prefix = self.list(pointer, schema, "prefixItems")?;
        let items = match schema.get("items") {
            None => Rest::Any,
            Some(Value::Array(_)) => {
                return Err(self.error(pointer, "items", "a list of schemas must be written as prefixItems"));
            }
            Some(items) => self.rest(pointer, "items", items)?,
        };
        Ok(Some(ArrayRules { prefix, items, min, max, unique }))
    }

    fn object(&mut self, pointer: &str, schema: &'d Map<String, Value>) -> Result<Option<ObjectRules>, CompileError> {
        if !keyword::OBJECT.iter().any(|name| schema.contains_key(*name)) {
            return Ok(None);
        }
        let keywords = Keywords { schema, pointer, at: self };
        let mut rules = ObjectRules {
            min: keywords.count("minProperties")?.unwrap_or(0),
            max: keywords.count("maxProperties")?,
            members: keywords.members()?,
            ..ObjectRules::default()
        };
        let patterns = keywords.patterns()?;
        let declared = keywords.declared()?;
        rules.required = rules.members.iter().filter(|member| member.required).count();
        for name in declared {
            let id = self.child(pointer, &format!("properties/{}", escape(name)))?;
            let member = rules.members.iter_mut().find(|member| *member.name == **name);
            if let Some(member) = member {
                member.node = Some(id);
            }
        }
        for (source, pattern) in patterns {
            let id = self.child(pointer, &format!("patternProperties/{}", escape(source)))?;
            rules.patterns.push((pattern, id));
        }
        if let Some(rest) = schema.get("additionalProperties") {
            rules.rest = self.rest(pointer, "additionalProperties", rest)?;
        }
        if schema.contains_key("propertyNames") {
            rules.names = Some(self.child(pointer, "propertyNames")?);
        }
        Ok(Some(rules))
    }

    fn joined(&mut self, pointer: &str, schema: &'d Map<String, Value>) -> Result<Option<Joined>, CompileError> {
        let mut joined = Joined {
            all: self.list(pointer, schema, "allOf")?,
            any: self.list(pointer, schema, "anyOf")?,
            one: self.list(pointer, schema, "oneOf")?,
            not: None,
        };
        if schema.contains_key("not") {
            joined.not = Some(self.child(pointer, "not")?);
        }
        if let Some(reference) = schema.get("$ref") {
            let Some(reference) = reference.as_str() else {
                return Err(self.error(pointer, "$ref", "must be a string"));
            };
            let target = self.target(pointer, reference)?;
            joined.all.push(self.resolve(&target)?);
        }
        let any = joined.children().next().is_some();
        Ok(any.then_some(joined))
    }

    /// The nodes of a keyword that holds a list of schemas.
    fn list(&mut self, pointer: &str, schema: &'d Map<String, Value>, name: &str) -> Result<Vec<NodeId>, CompileError> {
        match schema.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) if !list.is_empty() => {
                (0..list.len()).map(|index| self.child(pointer, &format!("{name}/{index}"))).collect()
            }
            Some(_) => Err(self.error(pointer, name, "must be a list of at least one schema")),
        }
    }
}

/// A member name as a step of a JSON pointer.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

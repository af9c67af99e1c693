//! The text parts of a request: parameters, query, headers, cookies.

use std::borrow::Cow;

use serde_json::Value;

use super::issue::{Issues, Path};
use super::kinds::Kinds;
use super::node::{ArrayRules, Node, NodeId, ObjectRules, Plan, Rest};
use super::{CompileError, Input, Issue, compile, in_place, text};

/// Where text values of a request come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Parameters of the path.
    Params,
    /// The query string.
    Query,
    /// Header fields; names are compared in lower case, repeated fields are joined by `, ` (RFC 9110 §5.3).
    Headers,
    /// Cookies; the first of one name counts.
    Cookies,
}

impl Place {
    /// The word used for `in` in `errors[]` of a problem document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Params => "params",
            Self::Query => "query",
            Self::Headers => "headers",
            Self::Cookies => "cookies",
        }
    }

    fn same_name(self, declared: &str, given: &str) -> bool {
        match self {
            Self::Headers => declared.eq_ignore_ascii_case(given),
            _ => declared == given,
        }
    }
}

/// The compiled schema of one part of a request: which names there are and what their texts mean.
#[derive(Debug)]
pub struct Part {
    plan: Plan,
    slots: Vec<Slot>,
    place: Place,
    /// Whether names that are not declared are an error.
    closed: bool,
}

/// One declared name.
#[derive(Debug)]
struct Slot {
    name: Box<str>,
    node: NodeId,
    /// What the schema may accept of single values; nothing when only lists are meant.
    kinds: Kinds,
    /// The schema of a list, where repeated values are meant.
    list: Option<NodeId>,
    required: bool,
    default: Input<'static>,
}

impl Part {
    /// Compiles an object schema whose properties come as text. `names` is the order in which [`Part::coerce`] reports them and must
    /// be exactly the declared properties.
    ///
    /// # Errors
    /// Names the place below `at` and the keyword or name.
    pub fn compile(schema: &Value, names: &[String], place: Place, at: &str) -> Result<Self, CompileError> {
        let plan = compile::compile(schema, at)?;
        let root = plan.node(plan.root);
        let rules = object_rules(root, at)?;
        let closed = rules.rest == Rest::Never && matches!(place, Place::Params | Place::Query);
        if let Some(member) = rules.members.iter().find(|member| !names.iter().any(|name| **name == *member.name)) {
            let reason = format!("{:?} is declared or required but not among the names", member.name);
            return Err(CompileError::new(at, reason));
        }
        let slot = |name: &String| Slot::compile(schema, &plan, rules, name, at);
        let slots = names.iter().map(slot).collect::<Result<_, _>>()?;
        Ok(Self { slots, place, closed, plan })
    }

    /// Number of inputs that [`Part::coerce`] appends.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether no property is declared.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Coerces the decoded name and value pairs in order of arrival. Appends exactly [`Part::len`] inputs, in the order of the
    /// compiled names, and what is wrong to `issues`. Inputs are meaningless when an issue was appended.
    pub fn coerce<'v, N: AsRef<str>, V: AsRef<str>>(
        &'v self,
        given: &'v [(N, V)],
        inputs: &mut Vec<Input<'v>>,
        issues: &mut Vec<Issue>,
    ) {
        let mut issues = Issues::new(issues);
        for slot in &self.slots {
            let mut values = given
                .iter()
                .filter(|(name, _)| self.place.same_name(&slot.name, name.as_ref()))
                .map(|(_, value)| value.as_ref());
            let input = match values.next() {
                Some(first) => self.given(slot, first, values, &mut issues),
                None => {
                    if slot.required && slot.default == Input::Missing {
                        issues.push("required", &Path::Key(&Path::Root, &slot.name), || "is required".to_owned());
                    }
                    slot.default.clone()
                }
            };
            inputs.push(input);
        }
        if self.closed {
            for (name, _) in given {
                if !self.slots.iter().any(|slot| self.place.same_name(&slot.name, name.as_ref())) {
                    let path = Path::Key(&Path::Root, name.as_ref());
                    issues.push("additionalProperties", &path, || "is not a known property".to_owned());
                }
            }
        }
    }

    /// The input of a name that was given at least once.
    fn given<'v>(
        &'v self,
        slot: &Slot,
        first: &'v str,
        others: impl Iterator<Item = &'v str>,
        issues: &mut Issues<'_>,
    ) -> Input<'v> {
        let path = Path::Key(&Path::Root, &slot.name);
        let mut others = others.peekable();
        let single = |text: Cow<'v, str>, issues: &mut Issues<'_>| {
            text::read(&self.plan, slot.node, slot.kinds, text, &path, issues).unwrap_or(Input::Missing)
        };
        let several = others.peek().is_some();
        match (slot.list, self.place) {
            (Some(list), Place::Headers) => {
                let values = std::iter::once(first).chain(others);
                let items = values.flat_map(|value| value.split(',')).map(|item| item.trim_matches([' ', '\t']));
                self.list(list, items, &path, issues)
            }
            (Some(list), Place::Params | Place::Query) if several || slot.kinds == Kinds::NONE => {
                self.list(list, std::iter::once(first).chain(others), &path, issues)
            }
            (Some(list), Place::Cookies) if slot.kinds == Kinds::NONE => {
                self.list(list, std::iter::once(first), &path, issues)
            }
            (_, Place::Headers) if several => {
                let values: Vec<&str> = std::iter::once(first).chain(others).collect();
                single(Cow::Owned(values.join(", ")), issues)
            }
            (_, Place::Params | Place::Query) if several => {
                issues.push("type", &path, || "must be given only once".to_owned());
                Input::Missing
            }
            _ => single(Cow::Borrowed(first), issues),
        }
    }

    fn list<'v>(
        &'v self,
        list: NodeId,
        values: impl Iterator<Item = &'v str>,
        path: &Path<'_>,
        issues: &mut Issues<'_>,
    ) -> Input<'v> {
        let any = ArrayRules::default();
        let rules = self.plan.node(list).array.as_deref().unwrap_or(&any);
        let mut items = Vec::new();
        let mut count = 0;
        for (index, value) in values.enumerate() {
            count += 1;
            let path = Path::Index(path, index);
            let item = match rules.item(index) {
                Rest::Any => Some(Input::Str(Cow::Borrowed(value))),
                Rest::Never => {
                    issues.too_many_items(&path);
                    None
                }
                Rest::Node(id) => {
                    let kinds = in_place::kinds(&self.plan.nodes, id);
                    text::read(&self.plan, id, kinds, Cow::Borrowed(value), &path, issues)
                }
            };
            items.extend(item);
        }
        rules.report_count(count, path, issues);
        if rules.unique && has_equal(&items) {
            issues.equal_items(path);
        }
        Input::List(items)
    }
}

/// Sorted by their text, so that a long list costs little more than a short one.
fn has_equal(items: &[Input<'_>]) -> bool {
    let mut texts: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    texts.sort_unstable();
    texts.windows(2).any(|pair| pair[0] == pair[1])
}

/// The rules of a part, if they only speak about single properties.
fn object_rules<'n>(root: &'n Node, at: &str) -> Result<&'n ObjectRules, CompileError> {
    let refuse = |reason: &str| Err(CompileError::new(at, reason));
    if !root.kinds.meets(Kinds::OBJECT) {
        return refuse("must be the schema of an object");
    }
    if root.joined.is_some() || root.literals.is_some() {
        return refuse("allOf, anyOf, oneOf, not, enum and const are not supported for a whole part");
    }
    let Some(rules) = &root.object else {
        return refuse("must declare properties");
    };
    if !rules.patterns.is_empty() || rules.names.is_some() || rules.min > 0 || rules.max.is_some() {
        let reason =
            "patternProperties, propertyNames, minProperties and maxProperties are not supported for a whole part";
        return refuse(reason);
    }
    if matches!(rules.rest, Rest::Node(_)) {
        return refuse("additionalProperties must be true or false: only declared names are passed on");
    }
    Ok(rules)
}

impl Slot {
    fn compile(schema: &Value, plan: &Plan, rules: &ObjectRules, name: &str, at: &str) -> Result<Self, CompileError> {
        let place = format!("{at}.properties.{name}");
        let member = rules.members.iter().find(|member| *member.name == *name);
        let Some((node, required)) = member.and_then(|member| Some((member.node?, member.required))) else {
            return Err(CompileError::new(at, format!("{name:?} is not declared under properties")));
        };
        let all = in_place::kinds(&plan.nodes, node);
        let list = if all == Kinds::ALL || !all.meets(Kinds::ARRAY) { None } else { Some(list(plan, node, &place)?) };
        if all != Kinds::ALL && all.meets(Kinds::OBJECT) {
            return Err(CompileError::new(place, "an object cannot come as text"));
        }
        let kinds = if all == Kinds::ALL { all } else { all.intersection(Kinds::TEXTUAL) };
        let default = match default(schema, name) {
            Some(value) => {
                input(value, kinds).ok_or_else(|| CompileError::new(place, "the default cannot come as text"))?
            }
            None => Input::Missing,
        };
        Ok(Self { name: name.into(), node, kinds, list, required, default })
    }
}

/// The node that says what a list must be.
fn list(plan: &Plan, id: NodeId, at: &str) -> Result<NodeId, CompileError> {
    let node = plan.node(id);
    let list = match &node.switch {
        Some(switch) => switch.branches[Kinds::class(b'[')],
        None => Some(id),
    };
    let simple = |id: &NodeId| plan.node(*id).joined.is_none() && plan.node(*id).literals.is_none();
    list.filter(simple)
        .ok_or_else(|| CompileError::new(at, "a list that other schemas are joined to cannot come as text"))
}

/// The default of a property, its own or that of the schema it refers to.
fn default<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let mut property = schema.get("properties")?.get(name)?;
    for _ in 0..16 {
        if let Some(default) = property.get("default") {
            return Some(default);
        }
        property = schema.pointer(property.get("$ref")?.as_str()?.strip_prefix('#')?)?;
    }
    None
}

fn input(value: &Value, kinds: Kinds) -> Option<Input<'static>> {
    Some(match value {
        Value::Null => Input::Missing,
        Value::Bool(value) => Input::Bool(*value),
        Value::Number(number) => {
            let value = number.as_f64()?;
            text::input(value, if value.fract() == 0.0 { kinds } else { Kinds::FRACTION })
        }
        Value::String(text) => Input::Str(Cow::Owned(text.clone())),
        Value::Array(items) => {
            let scalar = |item: &Value| input(item, kinds).filter(|_| !item.is_array() && !item.is_null());
            Input::List(items.iter().map(scalar).collect::<Option<_>>()?)
        }
        Value::Object(_) => return None,
    })
}

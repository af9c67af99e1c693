//! The plan compiled: everything a request needs is decided here, once.

use super::cors::Cors;
use super::encoding;
use super::proxies::Proxies;
use super::query::Query;
use std::cell::OnceCell;

use super::socket::SocketRoute;
use crate::auth::{Guard, JwtVerifier};
use crate::compression::Compression;
use crate::http::Method;
use crate::http::response::{field, is_engine_field, is_field_name, is_field_value};
use crate::plan::{
    AnswerRoute, AppPlan, HandlerRoute, Limits, ObservePlan, OnMissing, PartPlan, PlanError, RoutePlan, StaticRoute,
};
use crate::rate_limit::RateLimit;
use crate::routing::{Pattern, Tree};
use crate::schema::{Part, Place, Schema};
use crate::static_files::StaticFolder;

/// A compiled application.
#[derive(Debug)]
pub struct App {
    pub(crate) limits: Limits,
    pub(crate) security: Security,
    pub(crate) cors: Option<Cors>,
    pub(crate) compression: Option<Compression>,
    /// From this size on contents may be compressed, bytes; the largest number there is when nothing is.
    pub(crate) compress_from: usize,
    pub(crate) proxies: Proxies,
    pub(crate) auths: Vec<JwtVerifier>,
    pub(crate) rate_limits: Vec<RateLimit>,
    pub(crate) observe: ObservePlan,
    pub(crate) tree: Tree,
    /// Prefix without final slash, longest first.
    pub(crate) mounts: Vec<(String, u32)>,
    pub(crate) routes: Vec<Route>,
}

/// A compiled route.
#[derive(Debug)]
pub(crate) enum Route {
    Handler(Box<Handler>),
    Answer(Fixed),
    Static { folder: StaticFolder, compression: bool },
    Mount { body_bytes: usize, rate_limits: Vec<usize>, compression: bool },
    Socket(Box<SocketRoute>),
}

/// A compiled handler route.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) names: Vec<String>,
    pub(crate) params: Option<Part>,
    pub(crate) query: Option<Part>,
    pub(crate) headers: Option<Part>,
    pub(crate) cookies: Option<Part>,
    pub(crate) body: Option<(Schema, bool)>,
    pub(crate) body_bytes: usize,
    /// Whether it takes the body piece by piece.
    pub(crate) stream_body: bool,
    pub(crate) form: bool,
    pub(crate) auths: Vec<usize>,
    pub(crate) on_missing: OnMissing,
    pub(crate) ask_cookies: Vec<String>,
    pub(crate) guards: Vec<Guard>,
    /// Rate limits that are asked before anybody has signed in.
    pub(crate) rate_limits: Vec<usize>,
    /// Those that count by a claim.
    pub(crate) claim_limits: Vec<usize>,
    pub(crate) status: u16,
    /// Whether texts that complete its requests are plain text, not JSON.
    pub(crate) is_text: bool,
    pub(crate) compression: bool,
    /// What a database is asked instead of JavaScript.
    pub(crate) statement: Option<Box<Query>>,
}

/// A response made once.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) status: u16,
    pub(crate) fields: Vec<u8>,
    pub(crate) security: Vec<u8>,
    pub(crate) body: Vec<u8>,
    /// Whether it may be sent in another coding; its fields say so then.
    pub(crate) varies: bool,
    /// By coding, once one was asked for; `None` within: it did not get smaller.
    pub(crate) codings: [OnceCell<Option<FixedCoding>>; 3],
}

/// A fixed answer in a coding.
#[derive(Debug)]
pub(crate) struct FixedCoding {
    pub(crate) fields: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

/// The fields added to every response that does not set them itself.
#[derive(Debug)]
pub(crate) struct Security {
    fields: Vec<(String, String)>,
    block: Vec<u8>,
}

impl Security {
    fn compile(pairs: &[String]) -> Result<Self, PlanError> {
        let fields = pairs_of(pairs, "securityHeaders")?;
        let mut security = Self { fields, block: Vec::new() };
        security.block = security.without(|_| false);
        Ok(security)
    }

    /// All of them as field lines.
    pub(crate) fn block(&self) -> &[u8] {
        &self.block
    }

    /// What to send instead of the block when the response has some of them itself; `None` when it has none.
    pub(crate) fn overridden(&self, own: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
        self.fields.iter().any(|(name, _)| own(name)).then(|| self.without(own))
    }

    /// As field lines, but for those the response has itself.
    pub(crate) fn without(&self, own: impl Fn(&str) -> bool) -> Vec<u8> {
        let mut block = Vec::new();
        for (name, value) in self.fields.iter().filter(|(name, _)| !own(name)) {
            field(&mut block, name.as_bytes(), value.as_bytes());
        }
        block
    }
}

impl App {
    /// Compiles a plan.
    ///
    /// # Errors
    /// The first thing that is not understood or cannot be honoured.
    pub fn compile(json: &str) -> Result<Self, PlanError> {
        let plan = AppPlan::parse(json)?;
        let mut app = Self {
            security: Security::compile(&plan.security_headers)?,
            cors: plan.cors.as_ref().map(Cors::compile).transpose()?,
            compress_from: plan.compression.as_ref().map_or(usize::MAX, |rules| rules.min_bytes),
            compression: plan.compression.as_ref().map(Compression::compile).transpose()?,
            proxies: Proxies::compile(&plan.trusted_proxies)?,
            auths: Vec::new(),
            rate_limits: Vec::new(),
            observe: plan.observe,
            tree: Tree::default(),
            mounts: Vec::new(),
            routes: Vec::with_capacity(plan.routes.len()),
            limits: plan.limits,
        };
        for (i, auth) in plan.auths.iter().enumerate() {
            app.auths.push(JwtVerifier::compile(auth, &format!("auths[{i}]"))?);
        }
        for (i, limit) in plan.rate_limits.iter().enumerate() {
            app.rate_limits.push(RateLimit::compile(limit, &format!("rateLimits[{i}]"))?);
        }
        for (i, route) in plan.routes.iter().enumerate() {
            app.add(route, &plan.routes[..i])?;
        }
        app.mounts.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Ok(app)
    }

    fn add(&mut self, plan: &RoutePlan, earlier: &[RoutePlan]) -> Result<(), PlanError> {
        let at = plan.label();
        let duplicate = |with: u32| {
            let other = earlier.get(with as usize).map(RoutePlan::label).unwrap_or_default();
            PlanError {
                code: "duplicate-route",
                message: format!("{at}: the same requests are already answered by {other}"),
            }
        };
        if let RoutePlan::Mount(mount) = plan {
            let prefix = mount_prefix(&mount.path).map_err(|reason| PlanError::invalid(&at, reason))?;
            if let Some((_, with)) = self.mounts.iter().find(|(other, _)| *other == prefix) {
                return Err(duplicate(*with));
            }
            self.mounts.push((prefix, mount.id));
            let (rate_limits, by_claim) = self.limits_of(&mount.rate_limits, &at)?;
            if !by_claim.is_empty() {
                return Err(PlanError::invalid(format!("{at}: rateLimits"), "a mount has no claims to count by"));
            }
            let body_bytes = mount.body_bytes.unwrap_or(self.limits.body_bytes);
            self.routes.push(Route::Mount { body_bytes, rate_limits, compression: mount.compression });
            return Ok(());
        }
        let pattern = Pattern::parse(plan.path()).map_err(|reason| PlanError::invalid(&at, reason))?;
        let method = Method::parse(plan.method());
        if !Method::ROUTABLE.contains(&method) {
            let allowed = Method::ROUTABLE.map(Method::as_str).join(", ");
            return Err(PlanError::invalid(&at, format!("method is {:?}, allowed are {allowed}", plan.method())));
        }
        self.tree.insert(method, &pattern, plan.id()).map_err(|conflict| duplicate(conflict.with))?;
        let route = match plan {
            RoutePlan::Handler(handler) => Route::Handler(Box::new(self.handler(handler, pattern, &at)?)),
            RoutePlan::Query(query) => {
                let mut handler = self.handler(&query.request, pattern, &at)?;
                handler.statement = Some(Box::new(Query::compile(query, &handler, &at)?));
                Route::Handler(Box::new(handler))
            }
            RoutePlan::Answer(answer) => Route::Answer(self.fixed(answer, &at)?),
            RoutePlan::Static(plan) => {
                Route::Static { folder: open(plan, &pattern, &at)?, compression: plan.compression }
            }
            RoutePlan::Socket(socket) => {
                let handler = self.handler(&socket.request, pattern, &at)?;
                Route::Socket(Box::new(SocketRoute::compile(socket, handler, &self.limits, &at)?))
            }
            RoutePlan::Mount(_) => return Ok(()),
        };
        self.routes.push(route);
        Ok(())
    }

    fn handler(&self, plan: &HandlerRoute, pattern: Pattern, at: &str) -> Result<Handler, PlanError> {
        if !(200..600).contains(&plan.status) {
            return Err(PlanError::invalid(
                format!("{at}: status"),
                format!("got {}, allowed are 200 to 599", plan.status),
            ));
        }
        if let Some(auth) = plan.auths.iter().find(|auth| **auth >= self.auths.len()) {
            return Err(PlanError::invalid(format!("{at}: auths"), format!("there is no auth {auth}")));
        }
        if plan.stream_body && plan.body.is_some() {
            return Err(PlanError::invalid(format!("{at}: streamBody"), "a body with a schema is read as a whole"));
        }
        if !plan.guards.is_empty() && plan.auths.is_empty() {
            return Err(PlanError::invalid(format!("{at}: guards"), "guards need an auth whose claims they look at"));
        }
        let (rate_limits, claim_limits) = self.limits_of(&plan.rate_limits, at)?;
        if !claim_limits.is_empty() && (plan.auths.is_empty() || plan.on_missing == OnMissing::Ask) {
            let reason = "a limit that counts by a claim needs an auth that verifies it here";
            return Err(PlanError::invalid(format!("{at}: rateLimits"), reason));
        }
        let part = |part: &Option<PartPlan>, place: Place| {
            let compile =
                |p: &PartPlan| Part::compile(&p.schema, &p.names, place, &format!("{at}: {}", place.as_str()));
            part.as_ref().map(compile).transpose()
        };
        let params = plan.params.as_ref();
        let params =
            params.map(|schema| Part::compile(schema, &pattern.names, Place::Params, &format!("{at}: params")));
        let body = plan.body.as_ref();
        let body = body.map(|b| Schema::compile(&b.schema, &format!("{at}: body")).map(|schema| (schema, b.required)));
        let guards = plan.guards.iter().enumerate().map(|(i, g)| Guard::compile(g, &format!("{at}: guards[{i}]")));
        Ok(Handler {
            names: pattern.names,
            params: params.transpose()?,
            query: part(&plan.query, Place::Query)?,
            headers: part(&plan.headers, Place::Headers)?,
            cookies: part(&plan.cookies, Place::Cookies)?,
            body: body.transpose()?,
            body_bytes: plan.body_bytes.unwrap_or(self.limits.body_bytes),
            stream_body: plan.stream_body,
            form: plan.form,
            auths: plan.auths.clone(),
            on_missing: plan.on_missing,
            ask_cookies: plan.ask_cookies.clone(),
            guards: guards.collect::<Result<_, _>>()?,
            rate_limits,
            claim_limits,
            status: plan.status,
            is_text: false,
            compression: plan.compression,
            statement: None,
        })
    }

    /// The rate limits of a route: those that are asked before sign-in, and those by claim.
    fn limits_of(&self, given: &[usize], at: &str) -> Result<(Vec<usize>, Vec<usize>), PlanError> {
        if let Some(unknown) = given.iter().find(|limit| **limit >= self.rate_limits.len()) {
            return Err(PlanError::invalid(format!("{at}: rateLimits"), format!("there is no rate limit {unknown}")));
        }
        Ok(given.iter().partition(|limit| !self.rate_limits[**limit].is_by_claim()))
    }

    fn fixed(&self, plan: &AnswerRoute, at: &str) -> Result<Fixed, PlanError> {
        if !(200..600).contains(&plan.status) {
            return Err(PlanError::invalid(
                format!("{at}: status"),
                format!("got {}, allowed are 200 to 599", plan.status),
            ));
        }
        let pairs = pairs_of(&plan.headers, &format!("{at}: headers"))?;
        let security = self.security.without(|name| pairs.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)));
        let mut fixed = Fixed {
            status: plan.status,
            fields: Vec::new(),
            security,
            body: plan.body.clone().into_bytes(),
            varies: false,
            codings: Default::default(),
        };
        for (name, value) in &pairs {
            field(&mut fixed.fields, name.to_ascii_lowercase().as_bytes(), value.as_bytes());
        }
        let compression =
            self.compression.as_ref().filter(|_| plan.compression && fixed.body.len() >= self.compress_from);
        if compression.is_some_and(|rules| encoding::is_encodable(rules, fixed.status, &fixed.fields)) {
            fixed.varies = true;
            fixed.fields = encoding::fields(&fixed.fields, None);
        }
        Ok(fixed)
    }

    /// Whether answers of JavaScript for a route may be compressed.
    pub(super) fn compresses(&self, route: u32) -> bool {
        match self.routes.get(route as usize) {
            Some(Route::Handler(handler)) => handler.compression,
            Some(Route::Mount { compression, .. }) => *compression,
            _ => false,
        }
    }
}

fn open(plan: &StaticRoute, pattern: &Pattern, at: &str) -> Result<StaticFolder, PlanError> {
    if pattern.names != ["path"] || !plan.path.ends_with("/*path") {
        return Err(PlanError::invalid(at, "the path of a folder ends in /*path"));
    }
    Ok(StaticFolder::open(&plan.root, &plan.cache_control, plan.index.as_deref(), at)?)
}

/// `/api/auth`, `/api/auth/` and `/api/auth/*path` all mean the prefix `/api/auth`.
fn mount_prefix(path: &str) -> Result<String, String> {
    let prefix = path.strip_suffix("*path").unwrap_or(path);
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    if prefix.is_empty() {
        return Ok(String::new());
    }
    let pattern = Pattern::parse(prefix)?;
    if pattern.names.is_empty() { Ok(prefix.to_owned()) } else { Err("a mount's path has no parameters".to_owned()) }
}

fn pairs_of(list: &[String], at: &str) -> Result<Vec<(String, String)>, PlanError> {
    let (pairs, rest) = list.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(PlanError::invalid(at, "must be name and value in turn"));
    }
    for [name, value] in pairs {
        if !is_field_name(name.as_bytes()) || !is_field_value(value.as_bytes()) {
            return Err(PlanError::invalid(at, format!("{name:?}: {value:?} is no header field")));
        }
        if is_engine_field(name) {
            return Err(PlanError::invalid(at, format!("{name:?} is set by the engine itself")));
        }
    }
    Ok(pairs.iter().map(|[name, value]| (name.clone(), value.clone())).collect())
}

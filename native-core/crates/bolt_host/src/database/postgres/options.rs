//! What a pool is opened with: a URL as libpq takes it, its environment variables, and limits.

use std::collections::BTreeMap;
use std::time::Duration;

use bolt_postgres::Credentials;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use url::Url;

use super::encryption::Encryption;

/// Parameters of a URL that are known.
const PARAMETERS: &str = "host, port, user, password, dbname, sslmode, sslrootcert, application_name, options";

/// Stands for a host that a URL does not name; reserved, so nobody's (RFC 2606).
const NO_HOST: &str = "none.invalid";

/// A pool's options, as TypeScript writes them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolOptions {
    /// `postgres://user:password@host:port/database?…`; what it does not say comes from the environment.
    pub url: String,
    /// Most connections that statements share, and most that transactions have on top.
    pub max: usize,
    /// Most statements that wait for a connection.
    pub queue: usize,
    /// How long a statement waits for a connection, in milliseconds; 0 for as long as it takes.
    pub wait_timeout: u64,
    /// For one connection to be made, in milliseconds.
    pub connect_timeout: u64,
    /// For one statement, kept by the server, in milliseconds; 0 for none.
    pub statement_timeout: u64,
    /// After which a connection with nothing to do is closed, in milliseconds; 0 for never.
    pub idle_timeout: u64,
    /// Statements stay prepared; not behind a pooler that gives each transaction another connection.
    pub prepare: bool,
    /// Name in `pg_stat_activity`.
    pub application_name: String,
    /// `PGHOST` and so on.
    pub environment: BTreeMap<String, String>,
}

/// Options that were understood.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) place: Place,
    pub(super) encryption: Encryption,
    pub(super) credentials: Credentials,
    pub(super) max: usize,
    pub(super) queue: usize,
    pub(super) wait_timeout: Option<Duration>,
    pub(super) connect_timeout: Duration,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) prepare: bool,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Tcp { host: String, port: u16 },
    Unix { path: String },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix { path } => f.write_str(path),
        }
    }
}

impl PoolOptions {
    /// Makes sense of the options; the error is one sentence for people, without the password.
    pub(super) fn settle(self) -> Result<Settings, String> {
        let url = Url::parse(&with_host(&self.url)).map_err(|error| {
            format!(
                "the database URL cannot be read: {error}. It looks like postgres://user:password@host:5432/database"
            )
        })?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(format!(
                "the database URL begins with \"{}:\"; it must begin with postgres: or postgresql:",
                url.scheme()
            ));
        }
        let mut given = BTreeMap::new();
        for (name, value) in url.query_pairs() {
            let name = name.into_owned();
            if !PARAMETERS.split(", ").any(|known| known == name) {
                return Err(format!("the database URL has a parameter \"{name}\"; known are {PARAMETERS}"));
            }
            given.insert(name, value.into_owned());
        }
        let from_url = |name: &str, value: Option<&str>| given.get(name).cloned().or_else(|| value.and_then(decode));
        let from_environment = |name: &str| self.environment.get(name).filter(|value| !value.is_empty()).cloned();
        let host =
            from_url("host", url.host_str().filter(|host| *host != NO_HOST)).or_else(|| from_environment("PGHOST"));
        let port = match from_url("port", url.port().map(|port| port.to_string()).as_deref())
            .or_else(|| from_environment("PGPORT"))
        {
            None => 5432,
            Some(port) => port
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| format!("\"{port}\" is no port of a database: 1 to 65535"))?,
        };
        let user = from_url("user", Some(url.username()).filter(|user| !user.is_empty()));
        let user = user.or_else(|| from_environment("PGUSER")).or_else(|| from_environment("USER"));
        let user = user.ok_or("the database URL names no user, nor does PGUSER")?;
        let database = from_url("dbname", url.path().strip_prefix('/').filter(|name| !name.is_empty()));
        let options = from_url("options", None).or_else(|| from_environment("PGOPTIONS"));
        let mode = from_url("sslmode", None).or_else(|| from_environment("PGSSLMODE"));
        let roots = from_url("sslrootcert", None).or_else(|| from_environment("PGSSLROOTCERT"));
        let encryption = Encryption::of(mode.as_deref().unwrap_or("prefer"), roots.as_deref())?;
        Ok(Settings {
            encryption,
            place: match host {
                Some(folder) if folder.starts_with('/') => Place::Unix { path: format!("{folder}/.s.PGSQL.{port}") },
                host => Place::Tcp { host: host.unwrap_or_else(|| "localhost".to_owned()), port },
            },
            credentials: Credentials {
                password: from_url("password", url.password()).or_else(|| from_environment("PGPASSWORD")),
                database: database.or_else(|| from_environment("PGDATABASE")).unwrap_or_else(|| user.clone()),
                user,
                application: from_url("application_name", None)
                    .or_else(|| from_environment("PGAPPNAME"))
                    .unwrap_or(self.application_name),
                options: with_timeout(options, self.statement_timeout),
            },
            max: self.max.max(1),
            queue: self.queue,
            wait_timeout: Some(self.wait_timeout).filter(|ms| *ms > 0).map(Duration::from_millis),
            connect_timeout: Duration::from_millis(self.connect_timeout),
            idle_timeout: Some(self.idle_timeout).filter(|ms| *ms > 0).map(Duration::from_millis),
            prepare: self.prepare,
        })
    }
}

/// `postgres://user@/database`: libpq takes it, for sockets, where a URL must have a host.
fn with_host(url: &str) -> String {
    match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once("@/")?))) {
        Some((scheme, (user, rest))) if !user.contains('/') => format!("{scheme}://{user}@{NO_HOST}/{rest}"),
        _ => url.to_owned(),
    }
}

fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned())
}

fn with_timeout(options: Option<String>, milliseconds: u64) -> Option<String> {
    if milliseconds == 0 {
        return options;
    }
    let timeout = format!("-c statement_timeout={milliseconds}");
    Some(options.map_or(timeout.clone(), |options| format!("{options} {timeout}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn settle(url: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let url = url.to_owned();
        PoolOptions {
            url,
            max: 4,
            queue: 10,
            connect_timeout: 1000,
            statement_timeout: 0,
            idle_timeout: 0,
            wait_timeout: 0,
            prepare: true,
            application_name: "bolt".into(),
            environment,
        }
        .settle()
    }

    #[test]
    fn url_wins_over_the_environment() {
        let settings =
            settle("postgres://u%40x:p%2F@db:6432/d%20b", &[("PGHOST", "other"), ("PGUSER", "nobody")]).unwrap();
        assert_eq!(settings.place, Place::Tcp { host: "db".into(), port: 6432 });
        let Credentials { user, password, database, .. } = settings.credentials;
        assert_eq!((user.as_str(), password.as_deref(), database.as_str()), ("u@x", Some("p/"), "d b"));
    }

    #[test]
    fn environment_fills_what_the_url_leaves_out() {
        let settings =
            settle("postgres:///", &[("PGHOST", "/run/pg"), ("PGPORT", "5433"), ("PGUSER", "me"), ("PGPASSWORD", "s")])
                .unwrap();
        assert_eq!(settings.place, Place::Unix { path: "/run/pg/.s.PGSQL.5433".into() });
        assert_eq!(settings.credentials.database, "me");
        assert_eq!(settings.credentials.password.as_deref(), Some("s"));
    }

    #[test]
    fn a_socket_needs_no_host() {
        let settings = settle("postgres://me:s@/d?host=/run/pg&port=5433", &[]).unwrap();
        assert_eq!(settings.place, Place::Unix { path: "/run/pg/.s.PGSQL.5433".into() });
        let settings = settle("postgres://me@/d", &[("PGHOST", "db")]).unwrap();
        assert_eq!(settings.place, Place::Tcp { host: "db".into(), port: 5432 });
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (url, word) in [
            ("mysql://a@b/c", "mysql"),
            ("postgres://a@b/c?schema=x", "schema"),
            ("postgres://a@b/c?sslmode=verify-full&sslrootcert=/nowhere", "/nowhere"),
            ("postgres://a@b/c?sslmode=maybe", "maybe"),
            ("postgres://a@b/c?port=0", "0"),
            ("postgres://b/c", "user"),
            ("nothing", "cannot be read"),
        ] {
            let error = settle(url, &[]).unwrap_err();
            assert!(error.contains(word), "{url}: {error}");
        }
    }

    #[test]
    fn the_server_keeps_the_statement_timeout() {
        assert_eq!(with_timeout(Some("-c a=b".into()), 50).as_deref(), Some("-c a=b -c statement_timeout=50"));
        assert_eq!(with_timeout(None, 0), None);
    }
}

//! Signing in: SCRAM-SHA-256 (RFC 7677), and what older servers ask for.

use std::fmt;
use std::io;

use bolt_sql::Failure;
use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;

use crate::failure::reported;

/// Who signs in, and where.
#[derive(Clone)]
pub struct Credentials {
    /// The role.
    pub user: String,
    /// None when there is none; the server may not ask for one.
    pub password: Option<String>,
    /// The database.
    pub database: String,
    /// What the connection is called in `pg_stat_activity`.
    pub application: String,
    /// Command-line arguments for the session (`-c statement_timeout=5s`), as in libpq's `options`.
    pub options: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// How far signing in is.
pub(crate) struct Startup {
    credentials: Credentials,
    scram: Option<ScramSha256>,
    is_verified: bool,
    /// The server has taken the password.
    is_accepted: bool,
}

impl fmt::Debug for Startup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Startup").field("is_accepted", &self.is_accepted).finish_non_exhaustive()
    }
}

impl Startup {
    pub(crate) fn begin(credentials: Credentials, out: &mut BytesMut) -> io::Result<Self> {
        let mut parameters = vec![
            ("client_encoding", "UTF8"),
            ("user", credentials.user.as_str()),
            ("database", credentials.database.as_str()),
            ("application_name", credentials.application.as_str()),
        ];
        parameters.extend(credentials.options.as_deref().map(|options| ("options", options)));
        frontend::startup_message(parameters, out)?;
        Ok(Self { credentials, scram: None, is_verified: false, is_accepted: false })
    }

    /// Answers what the server asks until it is ready for statements, which is for the caller to see.
    pub(crate) fn on_message(&mut self, message: Message, out: &mut BytesMut) -> Result<(), Failure> {
        match message {
            Message::AuthenticationOk => {
                // A server that cannot prove that it knows the password has not signed us in.
                if self.scram.is_some() && !self.is_verified {
                    return Err(Failure::protocol("the server broke off SCRAM without its proof"));
                }
                self.is_accepted = true;
                Ok(())
            }
            Message::AuthenticationCleartextPassword => self.send_password(out, |password| password.to_vec()),
            Message::AuthenticationMd5Password(body) => {
                let user = self.credentials.user.clone();
                self.send_password(out, |password| md5_hash(user.as_bytes(), password, body.salt()).into_bytes())
            }
            Message::AuthenticationSasl(body) => {
                let mut offered = body.mechanisms();
                let mut is_offered = false;
                while let Ok(Some(mechanism)) = offered.next() {
                    is_offered |= mechanism == SCRAM_SHA_256;
                }
                if !is_offered {
                    return Err(Failure::protocol(
                        "the server offers no way to sign in that is known here (SCRAM-SHA-256)",
                    ));
                }
                let scram = ScramSha256::new(self.password()?, ChannelBinding::unsupported());
                written(frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), out))?;
                self.scram = Some(scram);
                Ok(())
            }
            Message::AuthenticationSaslContinue(body) => {
                let Some(scram) = &mut self.scram else { return Err(unexpected()) };
                scram.update(body.data()).map_err(refused)?;
                written(frontend::sasl_response(scram.message(), out))
            }
            Message::AuthenticationSaslFinal(body) => {
                let Some(scram) = &mut self.scram else { return Err(unexpected()) };
                scram.finish(body.data()).map_err(refused)?;
                self.is_verified = true;
                Ok(())
            }
            Message::ErrorResponse(body) => Err(reported(body.fields())),
            Message::ParameterStatus(_) | Message::BackendKeyData(_) | Message::NoticeResponse(_)
                if self.is_accepted =>
            {
                Ok(())
            }
            Message::NoticeResponse(_) => Ok(()),
            Message::AuthenticationGss | Message::AuthenticationSspi | Message::AuthenticationKerberosV5 => {
                Err(Failure::protocol(
                    "the server asks for Kerberos, which is not supported: use scram-sha-256 in pg_hba.conf",
                ))
            }
            _ => Err(unexpected()),
        }
    }

    /// Whether statements may follow.
    pub(crate) fn is_accepted(&self) -> bool {
        self.is_accepted
    }

    fn password(&self) -> Result<&[u8], Failure> {
        let password = self.credentials.password.as_deref().map(str::as_bytes);
        password.ok_or_else(|| {
            Failure::protocol("the server asks for a password and there is none: put it in the URL, or in PGPASSWORD")
        })
    }

    fn send_password(&self, out: &mut BytesMut, form: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<(), Failure> {
        written(frontend::password_message(&form(self.password()?), out))
    }
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| Failure::protocol(format!("it cannot be said in the protocol: {error}")))
}

fn refused(error: io::Error) -> Failure {
    Failure::protocol(format!("SCRAM failed: {error}"))
}

fn unexpected() -> Failure {
    Failure::protocol("the server sent a message that has no place while signing in")
}

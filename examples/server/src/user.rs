//! Accounts from the command line.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};

use blog_core::error::{Conflict, Entity, Error};
use blog_core::service::accounts::SignUp;

use crate::args::UserCommand;
use crate::config::Config;
use crate::failure::Failure;
use crate::{print, site, start};

/// No password is longer, and a pipe may bring anything.
const LONGEST_LINE: u64 = 4096;

/// Does what was asked, and says so on standard output.
pub(crate) async fn run(config: &Config, command: UserCommand) -> Result<(), Failure> {
    let (blog, stores) = start::open(config).await?;
    let accounts = blog.accounts();
    let done = match command {
        UserCommand::Add {
            username,
            email,
            role,
        } => {
            let password = read_password()?;
            let user = accounts
                .add(
                    SignUp {
                        username,
                        email,
                        password,
                    },
                    role,
                )
                .await
                .map_err(|error| refused("the account was not made", &error))?;
            format!("{} has an account as {}.\n", user.username, role.as_str())
        }
        UserCommand::Password { login } => {
            let password = read_password()?;
            let user = accounts
                .set_password(&login, &password)
                .await
                .map_err(|error| about(&login, "the password was not changed", &error))?;
            format!(
                "The password of {} is changed; all their sessions are over.\n",
                user.username
            )
        }
        UserCommand::ResetLink { login } => {
            let (user, secret) = blog
                .recovery()
                .link(&login)
                .await
                .map_err(|error| about(&login, "no link was made", &error))?;
            let mut url = site::shown_url(config, config.serve.listen);
            url.set_path(&format!("{}account/reset", url.path()));
            url.set_query(Some(&format!("token={}", secret.encode())));
            format!(
                "This link sets a new password for {}; it is good once, for 30 minutes:\n{url}\n",
                user.username
            )
        }
        UserCommand::Verify { login } => {
            let user = blog
                .addresses()
                .confirm(&login)
                .await
                .map_err(|error| about(&login, "the address was not verified", &error))?;
            format!("The address of {} counts as verified.\n", user.username)
        }
        UserCommand::SecondFactorOff { login } => {
            let user =
                blog.second_factors()
                    .turn_off_for(&login)
                    .await
                    .map_err(|error| match error {
                        Error::Conflict(_) => Failure::run(format!(
                            "{login} has no two-step log-in; nothing was changed"
                        )),
                        other => about(&login, "two-step log-in was not turned off", &other),
                    })?;
            format!(
                "{} logs in with the password alone from now on.\n",
                user.username
            )
        }
        UserCommand::Role { login, role } => {
            let user = accounts
                .set_role(&login, role)
                .await
                .map_err(|error| match error {
                    Error::Conflict(Conflict::State) => Failure::run(format!(
                        "{login} has not followed the link of their first letter yet; the role was not changed"
                    )),
                    other => about(&login, "the role was not changed", &other),
                })?;
            format!(
                "{} is {} from now on; all their sessions are over.\n",
                user.username,
                role.as_str()
            )
        }
    };
    stores.close().await;
    print(&done)
}

fn about(login: &str, what: &str, error: &Error) -> Failure {
    match error {
        Error::NotFound(Entity::User) => Failure::run(format!("there is no user {login:?}")),
        other => refused(what, other),
    }
}

fn refused(what: &str, error: &Error) -> Failure {
    Failure::run(format!("{what}: {}", error.chain()))
}

/// The password: typed unseen at a terminal, else the first line of standard input.
pub(crate) fn read_password() -> Result<String, Failure> {
    let failed =
        |error: std::io::Error| Failure::run(format!("the password cannot be read: {error}"));
    if std::io::stdin().is_terminal() {
        let password = ask("Password: ").map_err(failed)?;
        if ask("Again: ").map_err(failed)? != password {
            return Err(Failure::run(
                "the two passwords differ; nothing was changed",
            ));
        }
        return Ok(password);
    }
    let mut line = Vec::new();
    let mut input = std::io::stdin().lock().take(LONGEST_LINE);
    input.read_until(b'\n', &mut line).map_err(failed)?;
    let line = String::from_utf8(line)
        .map_err(|_| Failure::run("the password must be UTF-8; nothing was changed"))?;
    let password = line.strip_suffix('\n').unwrap_or(&line);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        return Err(Failure::run(
            "give the password as the first line of standard input",
        ));
    }
    Ok(password.to_owned())
}

fn ask(question: &str) -> std::io::Result<String> {
    let mut err = std::io::stderr();
    err.write_all(question.as_bytes())?;
    err.flush()?;
    rpassword::read_password()
}

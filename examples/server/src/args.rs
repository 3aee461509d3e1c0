//! The command line.

use std::collections::HashMap;
use std::path::PathBuf;

use blog_core::model::audit::AuditHead;
use blog_core::model::user::Role;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};

use crate::config::{Kind, keys};

/// What the program was asked.
#[derive(Debug)]
pub(crate) struct Args {
    /// What to do.
    pub(crate) command: Command,
    /// Another file than `blog.toml`.
    pub(crate) config_file: Option<PathBuf>,
    /// The values of flags by the path of their key.
    pub(crate) flags: HashMap<&'static str, String>,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Serve the blog.
    Serve,
    /// Bring the database's schema up to date.
    Migrate,
    /// Print the commented template of the configuration.
    Config,
    /// Manage accounts.
    User(UserCommand),
    /// Look at the audit log.
    Audit(AuditCommand),
    /// Compare the bucket with the object index.
    Reconcile(Reconciling),
    /// Work on the object index.
    Index(IndexCommand),
    /// Make the calls that the blog will make.
    Doctor {
        /// Whether each line is a JSON document.
        json: bool,
    },
    /// Look at the configuration.
    Check {
        /// Whether for what is unsafe on the open internet too.
        deploy: bool,
        /// Whether each line is a JSON document.
        json: bool,
    },
    /// Say why somebody gets a page, or does not.
    Why {
        /// Their name, or `anonymous`.
        user: String,
        /// A path below the mount, or a whole address.
        address: String,
    },
    /// Look after objects that no item of the catalog has.
    Quarantine(QuarantineCommand),
    /// Fill an empty blog.
    Demo {
        /// Whether the people's password is the first line of standard input, instead of a random one.
        password_stdin: bool,
    },
}

/// What to do with the audit log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AuditCommand {
    /// Say whether it is as it was written.
    Verify {
        /// Where it ended when somebody noted it.
        head: Option<AuditHead>,
    },
    /// Print it, a line of JSON each.
    Export,
}

/// What to do with the object index.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum IndexCommand {
    /// Make the table that the configuration names.
    CreateTable,
    /// Fill the index with what is in the bucket.
    Rebuild(Reconciling),
}

/// What to do with the quarantine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum QuarantineCommand {
    /// Say what is in it.
    List,
    /// Put an object back.
    Restore {
        /// The key that it had.
        key: String,
    },
}

/// How the bucket and the object index are compared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reconciling {
    /// Whether the index is set right.
    pub(crate) is_applied: bool,
    /// Whether stray objects are put into quarantine.
    pub(crate) is_quarantining: bool,
    /// Only keys that begin so.
    pub(crate) prefix: String,
    /// The file that says how far it has come.
    pub(crate) resume: Option<PathBuf>,
    /// What changed less than this ago is left alone.
    pub(crate) settling_seconds: u64,
}

/// What to do with an account. Passwords are read from standard input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum UserCommand {
    /// Make one.
    Add {
        /// The name in addresses.
        username: String,
        /// The mail address.
        email: String,
        /// What the user may do.
        role: Role,
    },
    /// Set a password.
    Password {
        /// Name or address.
        login: String,
    },
    /// Make a link that sets a password.
    ResetLink {
        /// Name or address.
        login: String,
    },
    /// Count the mail address as verified.
    Verify {
        /// Name or address.
        login: String,
    },
    /// Turn two-step log-in off.
    SecondFactorOff {
        /// Name or address.
        login: String,
    },
    /// Change a role.
    Role {
        /// Name or address.
        login: String,
        /// What the user may do from now on.
        role: Role,
    },
}

const ROLES: [&str; 4] = ["reader", "author", "editor", "admin"];

/// Reads the command line. Ends the program with a message for `--help`, `--version` and what it does not know.
pub(crate) fn read() -> Args {
    let matches = command().get_matches();
    let flags = keys()
        .filter_map(|key| Some((key.path, last::<String>(&matches, key.path)?)))
        .collect();
    let config_file = last::<PathBuf>(&matches, "config");
    let command = match matches.subcommand() {
        Some(("migrate", _)) => Command::Migrate,
        Some(("config", _)) => Command::Config,
        Some(("user", matches)) => Command::User(user_command(matches)),
        Some(("audit", matches)) => Command::Audit(match matches.subcommand() {
            Some(("export", _)) => AuditCommand::Export,
            Some((_, matches)) => AuditCommand::Verify {
                head: last(matches, "head"),
            },
            None => unreachable!("the parser asks for a subcommand"),
        }),
        Some(("reconcile", matches)) => Command::Reconcile(Reconciling {
            is_applied: matches.get_flag("apply"),
            is_quarantining: matches.get_flag("quarantine"),
            ..reconciling(matches)
        }),
        Some(("quarantine", matches)) => Command::Quarantine(match matches.subcommand() {
            Some(("restore", matches)) => QuarantineCommand::Restore {
                key: last(matches, "key").unwrap_or_default(),
            },
            _ => QuarantineCommand::List,
        }),
        Some(("index", matches)) => Command::Index(match matches.subcommand() {
            Some(("rebuild", matches)) => IndexCommand::Rebuild(Reconciling {
                settling_seconds: 0,
                ..reconciling(matches)
            }),
            _ => IndexCommand::CreateTable,
        }),
        Some(("doctor", matches)) => Command::Doctor {
            json: matches.get_flag("json"),
        },
        Some(("check", matches)) => Command::Check {
            deploy: matches.get_flag("deploy"),
            json: matches.get_flag("json"),
        },
        Some(("why", matches)) => Command::Why {
            user: last(matches, "user").unwrap_or_default(),
            address: last(matches, "address").unwrap_or_default(),
        },
        Some(("demo", matches)) => Command::Demo {
            password_stdin: matches.get_flag("password-stdin"),
        },
        _ => Command::Serve,
    };
    Args {
        command,
        config_file,
        flags,
    }
}

fn reconciling(matches: &ArgMatches) -> Reconciling {
    Reconciling {
        is_applied: true,
        is_quarantining: false,
        prefix: last(matches, "prefix").unwrap_or_default(),
        resume: last(matches, "resume"),
        settling_seconds: matches
            .try_get_one("settling-seconds")
            .ok()
            .flatten()
            .copied()
            .unwrap_or_default(),
    }
}

fn user_command(matches: &ArgMatches) -> UserCommand {
    let text = |matches: &ArgMatches, name| last::<String>(matches, name).unwrap_or_default();
    let role = |matches: &ArgMatches| {
        Role::try_from(text(matches, "role").as_str())
            .expect("the parser lets only the words of roles through")
    };
    match matches.subcommand() {
        Some(("password", matches)) => UserCommand::Password {
            login: text(matches, "login"),
        },
        Some(("reset-link", matches)) => UserCommand::ResetLink {
            login: text(matches, "login"),
        },
        Some(("verify", matches)) => UserCommand::Verify {
            login: text(matches, "login"),
        },
        Some(("second-factor", matches)) => UserCommand::SecondFactorOff {
            login: text(matches, "login"),
        },
        Some(("role", matches)) => UserCommand::Role {
            login: text(matches, "login"),
            role: role(matches),
        },
        Some((_, matches)) => UserCommand::Add {
            username: text(matches, "username"),
            email: text(matches, "email"),
            role: role(matches),
        },
        None => unreachable!("the parser asks for a subcommand"),
    }
}

/// The value of an argument that was given here or before a subcommand.
fn last<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Option<T> {
    matches.get_one::<T>(name).cloned()
}

fn command() -> clap::Command {
    let flags = keys().map(|key| {
        let flag = Arg::new(key.path)
            .long(key.flag)
            .global(true)
            .help(key.about.concat().trim().to_owned())
            .help_heading("Configuration (see also: blog-server config)")
            .hide_short_help(true);
        match key.kind {
            // `--allow-plain-http` alone is enough; a value needs `=`, or it would take the subcommand for one.
            Kind::Switch | Kind::Choice => flag
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .value_name("true|false"),
            Kind::Text | Kind::Number | Kind::List => flag.value_name("VALUE"),
        }
    });
    let login = || {
        Arg::new("login")
            .value_name("LOGIN")
            .required(true)
            .help("Username or address")
    };
    let role = || {
        Arg::new("role")
            .value_name("ROLE")
            .value_parser(PossibleValuesParser::new(ROLES))
            .help("What the user may do; each role includes the ones before it")
    };
    let add = clap::Command::new("add")
        .about("Makes an account; the password is the first line of standard input")
        .arg(
            Arg::new("username")
                .long("username")
                .value_name("NAME")
                .required(true)
                .help("The name in addresses"),
        )
        .arg(
            Arg::new("email")
                .long("email")
                .value_name("ADDRESS")
                .required(true)
                .help("The mail address"),
        )
        .arg(role().long("role").default_value("author"));
    let user = clap::Command::new("user")
        .about("Manages accounts")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(add)
        .subcommand(
            clap::Command::new("password")
                .about("Sets a password, the first line of standard input, and logs the user out everywhere")
                .arg(login()),
        )
        .subcommand(
            clap::Command::new("reset-link")
                .about("Prints a link that sets a new password, good once, for 30 minutes")
                .arg(login()),
        )
        .subcommand(
            clap::Command::new("verify")
                .about("Counts the user's mail address as verified")
                .arg(login()),
        )
        .subcommand(
            clap::Command::new("second-factor")
                .about("Turns two-step log-in off, for who lost their phone and their recovery codes")
                .arg(login())
                .arg(Arg::new("off").value_name("off").required(true).value_parser(["off"])),
        )
        .subcommand(
            clap::Command::new("role")
                .about("Changes a role and logs the user out everywhere")
                .arg(login())
                .arg(role().required(true)),
        );
    let audit = clap::Command::new("audit")
        .about("Looks at the audit log")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            clap::Command::new("verify")
                .about("Says whether every record is as it was written; ends with 1 where one is not")
                .arg(
                    Arg::new("head")
                        .long("head")
                        .value_name("NUMBER:HASH")
                        .value_parser(value_parser!(AuditHead))
                        .help("Where the log ended before: an earlier run printed it; notes kept elsewhere show a log that was written anew"),
                ),
        )
        .subcommand(clap::Command::new("export").about("Prints every record as a line of JSON, oldest first"));
    let prefix = || {
        Arg::new("prefix")
            .long("prefix")
            .value_name("PREFIX")
            .help("Only objects whose key begins so")
    };
    let resume = || {
        Arg::new("resume")
            .long("resume")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Notes in this file how far it has come, and goes on there if there is one")
    };
    let reconcile = clap::Command::new("reconcile")
        .about(
            "Compares the stored objects with their index and the catalog of media, and sets the index right if it is told to",
        )
        .arg(
            Arg::new("plan")
                .long("plan")
                .action(ArgAction::SetTrue)
                .conflicts_with("apply")
                .help("Only says what differs; the default"),
        )
        .arg(
            Arg::new("apply")
                .long("apply")
                .action(ArgAction::SetTrue)
                .help("Sets the index right; the objects are never changed"),
        )
        .arg(
            Arg::new("quarantine")
                .long("quarantine")
                .action(ArgAction::SetTrue)
                .conflicts_with("plan")
                .help(
                    "Puts objects that lie among those of the media, are a day old and are no item's of the catalog into \
                     quarantine, from where they can be put back; first make sure that the database is the right one",
                ),
        )
        .arg(prefix())
        .arg(resume())
        .arg(
            Arg::new("settling-seconds")
                .long("settling-seconds")
                .value_name("SECONDS")
                .value_parser(value_parser!(u64))
                .default_value("900")
                .help("Leaves alone what changed less than this ago, since its event may be on the way"),
        );
    let index = clap::Command::new("index")
        .about("Works on the object index")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(clap::Command::new("create-table").about(
            "Makes the DynamoDB table that stores.index_url names, with its keys and its time to live; \
             one that is there already is looked at",
        ))
        .subcommand(
            clap::Command::new("rebuild")
                .about("Fills the index with what is in the store of media")
                .arg(prefix())
                .arg(resume()),
        );
    let quarantine = clap::Command::new("quarantine")
        .about("Looks after stored objects that \"reconcile --quarantine\" put aside")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            clap::Command::new("list")
                .about("Prints what is in quarantine: since when (in a folder of files: when it was made), bytes and the key that it had"),
        )
        .subcommand(
            clap::Command::new("restore")
                .about("Puts an object back where it was")
                .arg(
                    Arg::new("key")
                        .value_name("KEY")
                        .required(true)
                        .help("The key that it had"),
                ),
        );
    let demo = clap::Command::new("demo")
        .about("Fills an empty blog with posts, pictures, comments and people to look at")
        .arg(
            Arg::new("password-stdin")
                .long("password-stdin")
                .action(ArgAction::SetTrue)
                .help("The people's password is the first line of standard input; else it is random and printed"),
        );
    let json = || {
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help("One JSON document a line: check, status (ok, warning or failed), resource, action, remedy")
    };
    let doctor = clap::Command::new("doctor")
        .about("Makes the calls that the blog will make, and says what to do about each that fails")
        .long_about(
            "Makes the calls that the blog will make to its stores, its mail server and its own address, and says what \
             to do about each that fails; then the exit code is 1. Nothing is kept: a probe is put under doctor/, read, \
             and deleted again; the database undoes what it writes; no mail is sent.",
        )
        .arg(json());
    let check = clap::Command::new("check")
        .about("Looks whether the configuration can be used, and with --deploy whether it is safe on the open internet")
        .arg(
            Arg::new("deploy")
                .long("deploy")
                .action(ArgAction::SetTrue)
                .help("Refuses what is unsafe on the open internet, each with its remedy; then the exit code is 1"),
        )
        .arg(json().requires("deploy"));
    let why = clap::Command::new("why")
        .about("Says whether somebody gets a page or a file of the blog, and by which rule")
        .arg(
            Arg::new("user")
                .long("user")
                .value_name("NAME")
                .default_value("anonymous")
                .help("Who asks: the name of a user, or anonymous"),
        )
        .arg(
            Arg::new("address")
                .value_name("ADDRESS")
                .required(true)
                .help("A path such as /posts/hello, or the whole address"),
        );
    clap::Command::new("blog-server")
        .about("A multi-user blog")
        .version(env!("CARGO_PKG_VERSION"))
        // As with variables and lines of a script: the last one counts.
        .args_override_self(true)
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .global(true)
                .action(ArgAction::Set)
                .value_parser(value_parser!(PathBuf))
                .help("The configuration file [default: blog.toml, if there is one]"),
        )
        .args(flags)
        .after_help("Every key of the configuration is a flag too; --help shows them.")
        .subcommand(clap::Command::new("serve").about("Serves the blog; the default"))
        .subcommand(clap::Command::new("migrate").about("Brings the database's schema up to date"))
        .subcommand(
            clap::Command::new("config")
                .about("Prints the configuration file's commented template"),
        )
        .subcommand(user)
        .subcommand(audit)
        .subcommand(reconcile)
        .subcommand(index)
        .subcommand(doctor)
        .subcommand(check)
        .subcommand(why)
        .subcommand(quarantine)
        .subcommand(demo)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}

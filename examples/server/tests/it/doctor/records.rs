//! What can be wrong with a database or with a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::{Fault, bare};
use crate::mysql::own::Own;
use crate::mysql::server::Server as MySql;
use crate::server::Home;

pub(super) async fn faults(faults: &mut Vec<Fault>, left_out: &mut BTreeSet<&'static str>) {
    sqlite(faults).await;
    disks(faults, left_out).await;
    mysql(faults, left_out).await;
}

const FILE: &str = "./data/blog.db";

/// A home whose records are a SQLite file that is well.
async fn with_file() -> (Home, PathBuf) {
    let home = bare().variable("BLOG_DATABASE_URL", &format!("sqlite:{FILE}"));
    assert!(home.run(&["migrate"], "").await.status.success());
    let file = home.database();
    (home, file)
}

async fn open(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file);
    SqliteConnection::connect_with(&options).await.unwrap()
}

async fn sqlite(faults: &mut Vec<Fault>) {
    let home = bare().variable("BLOG_DATABASE_URL", "sqlite:./data/blog.db");
    fs::write(home.path().join("data"), "in the way").unwrap();
    faults.push(Fault::new(
        "database-file-below-a-file",
        home,
        "failed  records: write ./data: ./data is a file and no folder; move it away, or name another folder",
    ));

    let home = bare().variable("BLOG_DATABASE_URL", "sqlite:./data/blog.db");
    fs::create_dir(home.path().join("data")).unwrap();
    fs::write(home.database(), "some text, and no database\n".repeat(100)).unwrap();
    faults.push(Fault::new(
        "database-is-no-database",
        home,
        format!(
            "failed  records: open {FILE}: the file is no database of SQLite; name another one in stores.database_url, \
             or bring back a backup"
        ),
    ));

    let (home, file) = with_file().await;
    let mut bytes = fs::read(&file).unwrap();
    // The root page of the schema, behind the header of 100 bytes.
    bytes[100..4096].fill(0xff);
    fs::write(&file, bytes).unwrap();
    faults.push(Fault::new(
        "database-damaged",
        home,
        format!(
            "failed  records: open {FILE}: the file is damaged; stop the server and bring back the last backup"
        ),
    ));

    let (home, file) = with_file().await;
    let mut other = open(&file).await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    faults.push(
        Fault::new(
            "database-held-by-another-program",
            home,
            format!(
                "failed  records-write: write {FILE}: another program holds the database and does not let go; look what \
                 else has it open, and end it"
            ),
        )
        .keeping(other),
    );

    let (home, file) = with_file().await;
    let mut database = open(&file).await;
    let numbers: Vec<i64> =
        sqlx::query_scalar("SELECT number FROM blog_migrations ORDER BY number DESC LIMIT 2")
            .fetch_all(&mut database)
            .await
            .unwrap();
    sqlx::query("DELETE FROM blog_migrations WHERE number = ?")
        .bind(numbers[0])
        .execute(&mut database)
        .await
        .unwrap();
    database.close().await.unwrap();
    faults.push(Fault::new(
        "migrations-pending",
        home,
        format!(
            "failed  records-schema: read {FILE}: migrations are pending: the schema is at {} and this program needs {}; \
             run \"blog-server migrate\"",
            numbers[1], numbers[0]
        ),
    ));

    let (home, file) = with_file().await;
    let mut database = open(&file).await;
    database
        .execute("INSERT INTO blog_migrations (number, name, oldest_binary) VALUES (9001, 'later', 9001)")
        .await
        .unwrap();
    database.close().await.unwrap();
    faults.push(Fault::new(
        "schema-of-a-newer-program",
        home,
        format!(
            "failed  records-schema: read {FILE}: the database was changed by a newer version of this program: its \
             schema needs a program that knows migration 9001, and this one knows {}; use the newer program",
            numbers[0]
        ),
    ));

    let home = bare().variable("BLOG_MEDIA_URL", "file:./media");
    fs::write(home.path().join("media"), "in the way").unwrap();
    faults.push(Fault::new(
        "media-folder-is-a-file",
        home,
        "failed  media-folder: write ./media: ./media is a file and no folder; move it away, or name another folder",
    ));
}

/// A file system of its own; unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path, options: &str) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        Self::mounted(at, options).then(|| Self(at.to_owned()))
    }

    fn mounted(at: &Path, options: &str) -> bool {
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at);
        mount.output().is_ok_and(|output| output.status.success())
    }

    /// From now on nothing can be written.
    fn close(&self) {
        assert!(Self::mounted(&self.0, "remount,ro"));
    }

    /// From now on nothing fits.
    fn fill(&self) {
        let mut size = 1 << 20;
        let mut number = 0;
        while size > 0 {
            let path = self.0.join(format!("filler-{number}"));
            if fs::write(path, vec![0; size]).is_err() {
                size /= 4;
            }
            number += 1;
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

async fn disks(faults: &mut Vec<Fault>, left_out: &mut BTreeSet<&'static str>) {
    const NAMES: [&str; 4] = [
        "database-on-a-disk-to-be-read-only",
        "database-on-a-full-disk",
        "media-folder-to-be-read-only",
        "media-folder-without-room",
    ];
    let size = "size=2m,mode=700";
    for name in NAMES {
        let is_database = name.starts_with("database");
        let url = if is_database {
            "BLOG_DATABASE_URL"
        } else {
            "BLOG_MEDIA_URL"
        };
        let home = bare();
        let Some(disk) = Disk::mount(&home.path().join("data"), size) else {
            left_out.insert(name);
            continue;
        };
        let home = match is_database {
            true => home.variable(url, &format!("sqlite:{FILE}")),
            false => home.variable(url, "file:./data"),
        };
        if is_database {
            assert!(home.run(&["migrate"], "").await.status.success());
        }
        match name.ends_with("read-only") {
            true => disk.close(),
            false => disk.fill(),
        }
        let line = match name {
            "database-on-a-disk-to-be-read-only" => format!(
                "failed  records: open {FILE}: the file system of {FILE} is mounted to be read only; mount it to be \
                 written, or name another file"
            ),
            "database-on-a-full-disk" => format!(
                "failed  records: open {FILE}: there is no room left for the database; make room on its disk"
            ),
            "media-folder-to-be-read-only" => "failed  media-folder: write ./data: the file system of ./data is mounted \
                 to be read only; mount it to be written, or name another folder"
                .to_owned(),
            _ => "failed  media-folder: write ./data: there is no room left in ./data; make room, or name another folder"
                .to_owned(),
        };
        faults.push(Fault::new(name, home, line).keeping(disk));
    }
}

async fn mysql(faults: &mut Vec<Fault>, left_out: &mut BTreeSet<&'static str>) {
    let at = |url: &str| bare().variable("BLOG_DATABASE_URL", url);
    let nowhere = "mysql://blog:secret@127.0.0.1:9/blog?ssl-mode=DISABLED";
    let shown = "mysql://blog:…@127.0.0.1:9/blog?ssl-mode=DISABLED";
    faults.push(Fault::new(
        "mysql-port-where-nobody-listens",
        at(nowhere),
        format!(
            "failed  records: open {shown}: MySQL at 127.0.0.1:9 cannot be reached; look whether it runs, at this address, \
             and lets this machine in"
        ),
    ));
    faults.push(Fault::new(
        "mysql-url-without-a-database",
        at("mysql://blog:secret@127.0.0.1:9"),
        "failed  records: open mysql://blog:…@127.0.0.1:9: the URL names no database; write \
         mysql://USER:PASSWORD@HOST/DATABASE (a password's own @ : / as %40 %3A %2F)",
    ));
    shared(faults, left_out).await;
    let Some(own) = Own::start().await else {
        left_out.insert("mysql-read-only-server");
        return;
    };
    let database = own.server().database().await;
    let root = at(&database.url());
    assert!(root.run(&["migrate"], "").await.status.success());
    let mut raw = database.raw().await;
    // Who may do everything is let write all the same.
    for statement in [
        "CREATE USER blog IDENTIFIED BY 'secret'".to_owned(),
        format!("GRANT ALL ON {}.* TO blog", database.name),
        "SET GLOBAL read_only = ON".to_owned(),
    ] {
        raw.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    let url = database.url_as("blog:secret", own.server().port);
    let shown = database.url_as("blog:…", own.server().port);
    faults.push(
        Fault::new(
            "mysql-read-only-server",
            at(&url),
            format!(
                "failed  records-write: write {shown}: the server takes no writes; name the primary and no replica, or \
                 turn read_only off there"
            ),
        )
        .keeping(own),
    );
}

async fn shared(faults: &mut Vec<Fault>, left_out: &mut BTreeSet<&'static str>) {
    let at = |url: &str| bare().variable("BLOG_DATABASE_URL", url);
    let Some(server) = MySql::shared() else {
        left_out.extend([
            "mysql-wrong-password",
            "mysql-no-such-database",
            "mysql-no-right-to-the-database",
            "mysql-no-right-to-write",
            "mysql-migrations-pending",
            "mysql-without-tls",
        ]);
        return;
    };
    let port = server.port;
    let place = format!("MySQL at 127.0.0.1:{port}");
    let database = server.database().await;
    assert!(
        at(&database.url())
            .run(&["migrate"], "")
            .await
            .status
            .success()
    );
    let empty = server.database().await;
    let (reader, stranger) = (
        format!("r{}", &database.name[18..]),
        format!("s{}", &database.name[18..]),
    );
    let mut raw = database.raw().await;
    for statement in [
        format!("CREATE USER {reader} IDENTIFIED BY 'secret'"),
        format!("GRANT SELECT ON {}.* TO {reader}", database.name),
        format!("CREATE USER {stranger} IDENTIFIED BY 'secret'"),
    ] {
        raw.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    let newest: i64 = sqlx::query_scalar("SELECT MAX(number) FROM blog_migrations")
        .fetch_one(&mut raw)
        .await
        .unwrap();
    let mut add = |name, url: &str, shown: &str, rest: &str| {
        let (check, rest) = rest.split_once(' ').unwrap();
        let action = match check {
            "records" => "open",
            "records-schema" => "read",
            _ => "write",
        };
        let line = format!("failed  {check}: {action} {shown}: {rest}");
        faults.push(Fault::new(name, at(url), line));
    };
    add(
        "mysql-wrong-password",
        &database.url_as(&format!("{reader}:wrong"), port),
        &database.url_as(&format!("{reader}:…"), port),
        &format!("records {place} refuses the user name or password of the URL"),
    );
    let none = format!("mysql://root@127.0.0.1:{port}/no_such_database?ssl-mode=DISABLED");
    add(
        "mysql-no-such-database",
        &none,
        &none.replace("root", "root:…"),
        &format!(
            "records {place} has no such database; create it with CREATE DATABASE name CHARACTER SET utf8mb4 COLLATE \
             utf8mb4_bin"
        ),
    );
    add(
        "mysql-no-right-to-the-database",
        &database.url_as(&format!("{stranger}:secret"), port),
        &database.url_as(&format!("{stranger}:…"), port),
        &format!(
            "records {place} does not let this user into the database; as an administrator run GRANT ALL ON it TO the user"
        ),
    );
    add(
        "mysql-no-right-to-write",
        &database.url_as(&format!("{reader}:secret"), port),
        &database.url_as(&format!("{reader}:…"), port),
        "records-write this user may not write there; as an administrator run GRANT ALL ON the database TO the user",
    );
    add(
        "mysql-migrations-pending",
        &empty.url(),
        &empty.url_as("root:…", port),
        &format!(
            "records-schema migrations are pending: the schema is at 0 and this program needs {newest}; run \"blog-server \
             migrate\""
        ),
    );
    let tls = format!("mysql://root@127.0.0.1:{port}/{}", database.name);
    add(
        "mysql-without-tls",
        &tls,
        &tls.replace("root", "root:…"),
        &format!(
            "records {place} speaks no TLS; turn it on there (ssl_cert and ssl_key), or on a network of your own write \
             ssl-mode=DISABLED"
        ),
    );
}

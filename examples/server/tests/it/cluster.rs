//! Two servers on one database and one bucket behind nginx: each may die at any time.

use std::io::Cursor;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::bucket::Bucket;
use crate::client::{Answer, Client};
use crate::mysql::server::Server as MySql;
use crate::require;
use crate::server::{Home, PASSWORD, Server};

fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Everything in one folder, one process, nothing of the machine's own configuration.
fn nginx_conf(listen: SocketAddr, servers: [SocketAddr; 2]) -> String {
    let [one, other] = servers;
    format!(
        "daemon off;
master_process off;
error_log stderr warn;
pid nginx.pid;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_max_body_size 64m;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  upstream blog {{
    server {one} max_fails=1 fail_timeout=1s;
    server {other} max_fails=1 fail_timeout=1s;
  }}
  server {{
    listen {listen};
    location / {{
      proxy_pass http://blog;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_connect_timeout 1s;
    }}
  }}
}}
"
    )
}

struct Cluster {
    home: Home,
    balancer: SocketAddr,
    addresses: [SocketAddr; 2],
    servers: Vec<Server>,
    nginx: Child,
}

impl Cluster {
    /// None where the machine lacks what it needs.
    async fn start(test: &str) -> Option<(Self, crate::mysql::server::Database)> {
        let mysql = MySql::shared()?;
        let bucket = Bucket::new().await?;
        let there = Command::new("nginx")
            .arg("-v")
            .stderr(Stdio::null())
            .status();
        if !there.await.is_ok_and(|status| status.success()) {
            require::left_out(test, "nginx");
            return None;
        }
        let database = mysql.database().await;
        let balancer = free_address();
        let addresses = [free_address(), free_address()];
        let variables = bucket.variables.iter();
        let home = variables
            .fold(Home::new(), |home, (name, value)| {
                home.variable(name, value)
            })
            .variable("BLOG_DATABASE_URL", &database.url())
            .variable("BLOG_BASE_URL", &format!("http://{balancer}/"))
            .variable("BLOG_TRUSTED_PROXIES", "127.0.0.1")
            .variable("BLOG_TRUSTED_HOPS", "1");
        home.add_user("ruth", "admin").await;
        let conf = home.path().join("nginx.conf");
        std::fs::write(&conf, nginx_conf(balancer, addresses)).unwrap();
        let nginx = Command::new("nginx")
            .arg("-p")
            .arg(home.path())
            .arg("-c")
            .arg(&conf)
            .args(["-g", "lock_file nginx.lock;"])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut cluster = Self {
            home,
            balancer,
            addresses,
            servers: Vec::new(),
            nginx,
        };
        for one in 0..2 {
            let server = cluster.run(one).await;
            cluster.servers.push(server);
        }
        let began = Instant::now();
        while tokio::net::TcpStream::connect(balancer).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "nginx listens");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some((cluster, database))
    }

    async fn run(&self, one: usize) -> Server {
        let listen = self.addresses[one].to_string();
        Server::start(self.home.command(&["serve", "--listen", &listen])).await
    }

    /// `kill -9`, so many milliseconds from now.
    fn kill_soon(&self, one: usize, after: u64) -> tokio::task::JoinHandle<()> {
        let pid = self.servers[one].pid().to_string();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(after)).await;
            let killed = Command::new("kill").args(["-KILL", &pid]).status().await;
            assert!(killed.unwrap().success());
        })
    }

    async fn revive(&mut self, one: usize) {
        self.servers[one].ended().await;
        self.servers[one] = self.run(one).await;
    }

    /// Somebody whose requests go by way of one instance, past the balancer.
    fn at(&self, client: &Client, one: usize) -> Client {
        client.by_way_of(self.addresses[one])
    }

    async fn stop(mut self) {
        for server in self.servers {
            server.stop().await;
        }
        self.nginx.kill().await.unwrap();
    }
}

/// What somebody does in their first hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Register,
    LogIn,
    Write,
    Upload,
    Publish,
    Comment,
    Like,
    LogOut,
}

const STEPS: [Step; 8] = [
    Step::Register,
    Step::LogIn,
    Step::Write,
    Step::Upload,
    Step::Publish,
    Step::Comment,
    Step::Like,
    Step::LogOut,
];

/// How far they are.
struct Person {
    name: String,
    browser: Client,
    post: String,
    media: String,
}

fn picture() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 48, image::Rgb([40, 90, 160]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(behind)?.0)
}

impl Person {
    /// Takes a step; whether it was acknowledged.
    async fn take(&mut self, step: Step) -> bool {
        let email = format!("{}@example.org", self.name);
        let asked = match step {
            Step::Register => {
                let fields = [
                    ("username", self.name.as_str()),
                    ("email", &email),
                    ("password", PASSWORD),
                ];
                self.browser.try_post("/account/register", &fields).await
            }
            Step::LogIn => {
                let fields = [("login", self.name.as_str()), ("password", PASSWORD)];
                self.browser.try_post("/account/login", &fields).await
            }
            Step::Write => {
                let fields = [
                    ("title", "A day"),
                    ("body", "It began."),
                    ("status", "draft"),
                ];
                self.browser.try_post("/write", &fields).await
            }
            Step::Upload => {
                let file = picture();
                let upload = self.browser.try_upload("/media/uploads", "a.png", &file);
                upload.await
            }
            Step::Publish => {
                let body = format!("It began.\n\n![A lake]({})", self.media);
                let fields = [
                    ("title", "A day"),
                    ("body", body.as_str()),
                    ("status", "published"),
                    ("version", "1"),
                ];
                let path = format!("{}/edit", self.post);
                self.browser.try_post(&path, &fields).await
            }
            Step::Comment => {
                let path = format!("{}/comments", self.post);
                self.browser.try_post(&path, &[("body", "My words")]).await
            }
            Step::Like => {
                let path = format!("{}/like", self.post);
                self.browser.try_post(&path, &[("liked", "true")]).await
            }
            Step::LogOut => self.browser.try_post("/account/logout", &[]).await,
        };
        let Ok(answer) = asked else { return false };
        self.learn(step, &answer).await
    }

    async fn learn(&mut self, step: Step, answer: &Answer) -> bool {
        // The balancer's, of a server that died with the request.
        if matches!(answer.status, 502..=504) {
            return false;
        }
        match (step, answer.status) {
            (Step::Write, 303) => self.post = answer.location().to_owned(),
            (Step::Upload, 303) => {
                let library = self.browser.get("/library").await;
                let Some(at) = library.body.find("media:") else {
                    return false;
                };
                let end = at + "media:".len() + 36;
                self.media = library.body[at..end].to_owned();
            }
            (Step::Publish, 303) => self.post = answer.location().to_owned(),
            // What was not acknowledged may have been done all the same.
            (Step::Publish, 409) => {
                let page = self.browser.get(&format!("/@{}", self.name)).await;
                let post = between(&page.body, "href=\"/posts/", "\"");
                let Some(post) = post else { return false };
                self.post = format!("/posts/{post}");
            }
            (Step::Register, 422) => {}
            (_, 303) => {}
            other => panic!("{step:?}: {other:?}: {}", answer.body),
        }
        true
    }

    /// Looks whether everything up to a step is there, by way of a browser that is logged in until the last one.
    async fn has(&self, step: Step, mut browser: Client) {
        let done = |of: Step| {
            STEPS.iter().position(|one| *one == of) <= STEPS.iter().position(|one| *one == step)
        };
        if done(Step::LogOut) {
            assert_eq!(
                browser.get("/drafts").await.status,
                303,
                "logged out everywhere"
            );
        } else if done(Step::LogIn) {
            assert_eq!(
                browser.get("/drafts").await.status,
                200,
                "logged in everywhere"
            );
            if done(Step::Write) {
                assert_eq!(browser.get(&self.post).await.status, 200);
            }
            if done(Step::Upload) {
                let library = browser.get("/library").await.body;
                assert!(library.contains(&self.media), "{library}");
            }
        }
        if done(Step::Publish) {
            let mut reader = browser.stranger();
            let page = reader.get(&self.post).await;
            assert_eq!(page.status, 200);
            let picture = between(&page.body, "src=\"/media/public/", "\"");
            let picture = picture.unwrap_or_else(|| panic!("{}", page.body));
            let picture = reader.get(&format!("/media/public/{picture}")).await;
            assert_eq!(picture.status, 200);
            if done(Step::Comment) {
                assert!(page.body.contains("My words"), "{}", page.body);
            }
            if done(Step::Like) {
                assert!(page.body.contains("1 like<"), "{}", page.body);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_instances_may_die_in_the_middle_of_anything() {
    let started = Cluster::start("one_of_two_instances_may_die_in_the_middle_of_anything").await;
    let Some((mut cluster, database)) = started else {
        return;
    };
    let mut kills = 0;
    for round in 0..2 {
        let mut person = Person {
            name: format!("reader{round}"),
            browser: Client::new(cluster.balancer),
            post: String::new(),
            media: String::new(),
        };
        for (number, step) in STEPS.into_iter().enumerate() {
            let victim = (number + round) % 2;
            let before = person.browser.clone();
            // Odd moments: before the request, in its middle, and behind it.
            let killing = cluster.kill_soon(victim, (number as u64 * 7 + round as u64 * 5) % 23);
            let began = Instant::now();
            while !person.take(step).await {
                assert!(began.elapsed() < Duration::from_secs(20), "{step:?}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            killing.await.unwrap();
            kills += 1;
            let browser = match step {
                Step::LogOut => before,
                _ => person.browser.clone(),
            };
            // The one that is left knows all of it, then the one that is back.
            tokio::time::sleep(Duration::from_secs(1)).await;
            let has = person.has(step, cluster.at(&browser, 1 - victim));
            has.await;
            cluster.revive(victim).await;
            person.has(step, cluster.at(&browser, victim)).await;
        }
    }
    println!("{kills} kills, nothing that was acknowledged is lost");
    cluster.stop().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_instance_changes_the_other_shows_within_a_second() {
    let started = Cluster::start("what_one_instance_changes_the_other_shows_within_a_second").await;
    let Some((cluster, database)) = started else {
        return;
    };
    let mut ruth = Client::new(cluster.balancer);
    assert_eq!(ruth.log_in("ruth", PASSWORD).await.status, 303);
    let mut here = cluster.at(&ruth, 0);
    let mut slowest = Duration::ZERO;
    let post = here.write("First", "Words").await.unwrap();
    for turn in 0..4 {
        // Both are logged in at both, and both write.
        let (one, other) = (turn % 2, 1 - turn % 2);
        let mut writer = cluster.at(&ruth, one);
        let mut reader = cluster.at(&ruth.stranger(), other);
        for page in ["/", post.as_str()] {
            assert_eq!(reader.get(page).await.status, 200);
        }
        let title = format!("Title {turn}");
        writer.write(&title, "Words").await.unwrap();
        let words = format!("Comment {turn}");
        let comment = [("body", words.as_str())];
        let path = format!("{post}/comments");
        assert_eq!(writer.post(&path, &comment).await.status, 303);
        let written = Instant::now();
        for (page, text) in [("/", &title), (post.as_str(), &words)] {
            while !reader.get(page).await.body.contains(text) {
                assert!(written.elapsed() < Duration::from_secs(2), "{page} {text}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        slowest = slowest.max(written.elapsed());
    }
    println!("seen on the other instance after at most {slowest:?}");
    // A log-out ends the session at both.
    let mut leaving = cluster.at(&ruth, 0);
    assert_eq!(leaving.post("/account/logout", &[]).await.status, 303);
    for one in 0..2 {
        assert_eq!(cluster.at(&ruth, one).get("/drafts").await.status, 303);
    }
    cluster.stop().await;
    database.drop().await;
}

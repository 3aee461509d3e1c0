//! Runs the example as it is and walks through all of the blog: nothing leads out of the mount.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PASSWORD: &str = "seven+quiet+harbour+lamps";

struct App {
    child: Child,
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
    _folder: tempfile::TempDir,
}

impl Drop for App {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl App {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_embed-poem"))
            .arg(address.to_string())
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < until, "the example did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self {
            child,
            address,
            cookies: BTreeMap::new(),
            _folder: folder,
        }
    }

    fn send(&mut self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: text/html\r\n\
             Sec-Fetch-Site: same-origin\r\nCookie: {}\r\nContent-Type: {content_type}\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            cookies.join("; "),
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).unwrap();
        let raw = String::from_utf8_lossy(&raw).into_owned();
        let (head, body) = raw.split_once("\r\n\r\n").expect("a head");
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        for (name, value) in &headers {
            if name == "set-cookie" {
                assert!(value.contains("Path=/blog"), "{path} sets {value}");
                assert!(
                    !value.to_ascii_lowercase().contains("domain="),
                    "{path} sets {value}"
                );
                let (key, rest) = value.split_once('=').unwrap();
                assert!(key.starts_with("blog-"), "{path} sets {value}");
                self.cookies
                    .insert(key.to_owned(), rest.split(';').next().unwrap().to_owned());
            }
            if name == "location" {
                assert!(inside(value), "{path} leads to {value}");
            }
        }
        Answer {
            status,
            headers,
            body: body.to_owned(),
        }
    }

    fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "text/plain", b"")
    }

    fn post(&mut self, path: &str, form: &str) -> Answer {
        self.send(
            "POST",
            path,
            "application/x-www-form-urlencoded",
            form.as_bytes(),
        )
    }

    fn upload(&mut self, png: &[u8]) -> Answer {
        let mut body = b"--limit\r\nContent-Disposition: form-data; name=\"alt\"\r\n\r\nLamp\r\n\
                         --limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n"
            .to_vec();
        body.extend_from_slice(png);
        body.extend_from_slice(b"\r\n--limit--\r\n");
        let content_type = "multipart/form-data; boundary=limit";
        self.send("POST", "/blog/media/uploads", content_type, &body)
    }
}

fn inside(path: &str) -> bool {
    path == "/blog" || path.starts_with("/blog/") || path.starts_with("/blog?")
}

/// The addresses in a document's attributes, and in the elements of a feed.
fn addresses(document: &str, own: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in ["href", "src", "action", "formaction", "poster", "srcset"] {
        for part in document.split(&format!(" {attribute}=\"")).skip(1) {
            found.push(part.split('"').next().unwrap().to_owned());
        }
    }
    for element in ["link", "id", "uri", "url"] {
        for part in document.split(&format!("<{element}>")).skip(1) {
            found.push(part.split('<').next().unwrap().to_owned());
        }
    }
    found
        .into_iter()
        .map(|address| address.replace("&#x2f;", "/").replace("&amp;", "&"))
        .map(|address| {
            address
                .strip_prefix(own)
                .map(str::to_owned)
                .unwrap_or(address)
        })
        .filter(|address| !address.starts_with("urn:uuid:"))
        .collect()
}

fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(40, 30, image::Rgb([200, 120, 40]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// Follows every address from the blog's home; returns the pages seen.
fn walk(app: &mut App) -> BTreeSet<String> {
    let own = format!("http://{}", app.address);
    let mut seen = BTreeSet::new();
    let mut waiting = VecDeque::from([
        "/blog/".to_owned(),
        "/blog/write".to_owned(),
        "/blog/nothing-here".to_owned(),
    ]);
    while let Some(path) = waiting.pop_front() {
        if seen.len() > 500 || !seen.insert(path.clone()) {
            continue;
        }
        let answer = app.get(&path);
        let text = answer
            .header("content-type")
            .is_some_and(|kind| kind.contains("html") || kind.contains("xml"));
        if !text {
            continue;
        }
        for address in addresses(&answer.body, &own) {
            let path = address.split('#').next().unwrap();
            if path.is_empty() {
                continue;
            }
            assert!(inside(path), "a page leads to {address}");
            // Logging out would end the walk, and forms are sent by the test itself.
            if !path.contains("logout") {
                waiting.push_back(path.to_owned());
            }
        }
    }
    seen
}

#[test]
fn nothing_leads_out_of_the_mount() {
    let mut app = App::start();
    assert!(app.get("/").body.contains("Our shop"));
    let form = format!("username=ada&email=ada%40example.org&password={PASSWORD}");
    assert_eq!(app.post("/blog/account/register", &form).status, 303);
    let form = format!("login=ada&password={PASSWORD}");
    assert_eq!(app.post("/blog/account/login", &form).status, 303);
    assert!(app.cookies.contains_key("blog-sid"), "{:?}", app.cookies);
    assert_eq!(app.upload(&picture()).status, 303);
    let library = app.get("/blog/library").body;
    let at = library.find("media:").expect("a snippet");
    let media = &library[at..at + 42];
    let id = &media[6..];
    for (title, status) in [
        ("First", "published"),
        ("Second", "published"),
        ("Third", "draft"),
    ] {
        let form = format!(
            "title={title}&body=%21%5BLamp%5D%28{media}%29&tags=Harbour&status={status}&cover={id}"
        );
        assert_eq!(app.post("/blog/write", &form).status, 303);
    }
    assert_eq!(
        app.post("/blog/posts/first/comments", "body=Hello").status,
        303
    );
    assert_eq!(app.post("/blog/posts/first/like", "liked=true").status, 303);

    let with_session = walk(&mut app);
    for page in [
        "/blog/drafts",
        "/blog/library",
        "/blog/account/profile",
        "/blog/posts/first/edit",
    ] {
        assert!(
            with_session.contains(page),
            "{page} was not reached: {with_session:?}"
        );
    }
    assert!(
        with_session
            .iter()
            .any(|path| path.starts_with("/blog/media/public/"))
    );
    assert!(
        with_session
            .iter()
            .any(|path| path.starts_with("/blog/assets/"))
    );
    assert_eq!(app.post("/blog/account/logout", "").status, 303);
    app.cookies.clear();
    let anonymous = walk(&mut app);
    for page in [
        "/blog/posts/first",
        "/blog/@ada",
        "/blog/tags/harbour",
        "/blog/feed.xml",
    ] {
        assert!(
            anonymous.contains(page),
            "{page} was not reached: {anonymous:?}"
        );
    }
    assert!(
        app.cookies.is_empty(),
        "reading sets no cookie: {:?}",
        app.cookies
    );
}

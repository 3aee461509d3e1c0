//! One run: every figure in turn, on one server and one store.

mod cached;
mod client;
mod seed;
mod server;
mod slow;
mod upload;

use std::error::Error;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Args;
use client::{Client, get};
use server::Server;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// How much to do.
#[derive(Args, Clone)]
pub(crate) struct Options {
    /// Posts in the store while requests are counted.
    #[arg(long, default_value_t = 500)]
    posts: usize,
    /// Seconds that each page is asked for.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Size of the uploaded video in MiB.
    #[arg(long, default_value_t = 1024)]
    upload_mib: u64,
    /// The server's binary; built in release mode when it is not given.
    #[arg(long)]
    server: Option<std::path::PathBuf>,
}

pub(crate) async fn run(options: Options) -> Outcome {
    let binary = match &options.server {
        Some(path) => path.clone(),
        None => server::build()?,
    };
    let folder = tempfile::tempdir()?;
    server::command(&binary, folder.path(), &["migrate"])?;

    println!("== start and memory");
    start(&binary, folder.path()).await?;
    println!("== queries a page");
    for posts in [1, 50, options.posts.max(51)] {
        seed::up_to(folder.path(), posts).await?;
        queries(&binary, folder.path(), posts).await?;
    }
    println!("== requests");
    for cache in ["24", "0"] {
        requests(&binary, folder.path(), &options, cache).await?;
    }
    println!("== kept pages against nginx");
    cached::run(&binary, folder.path(), &options).await?;
    println!("== a thousand clients with half a head");
    slow::run(&binary, folder.path()).await?;
    println!("== upload");
    upload::run(&binary, folder.path(), options.upload_mib).await
}

async fn start(binary: &std::path::Path, folder: &std::path::Path) -> Outcome {
    let mut times = Vec::new();
    for _ in 0..11 {
        let began = Instant::now();
        let server = Server::start(binary, folder, &[]).await?;
        let status = get(server.address, "/").await?.0;
        let took = began.elapsed();
        if status != 200 {
            return Err(format!("the first answer was {status}").into());
        }
        times.push(took);
        server.stop().await?;
    }
    times.sort();
    println!(
        "start to first answer, schema in place: median {:.1} ms of {} starts, slowest {:.1} ms (target 50)",
        millis(times[times.len() / 2]),
        times.len(),
        millis(times[times.len() - 1]),
    );
    let server = Server::start(binary, folder, &[]).await?;
    get(server.address, "/").await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    println!("idle memory: {:.1} MB PSS (target 15)", server.pss_mb()?);
    server.stop().await
}

async fn queries(binary: &std::path::Path, folder: &std::path::Path, posts: usize) -> Outcome {
    let logged = [
        ("BLOG_LOG", "info,blog_storage::sql=debug"),
        ("BLOG_LOG_FORMAT", "json"),
    ];
    let server = Server::start(binary, folder, &logged).await?;
    let cookie = client::log_in(server.address, seed::LOGIN, seed::PASSWORD).await?;
    let post = format!("/posts/{}", seed::SLUG);
    let author = format!("/@{}", seed::LOGIN);
    let pages = [
        "/",
        &author,
        "/tags/bench",
        "/feed.xml",
        "/atom.xml",
        post.as_str(),
    ];
    for page in pages {
        let anonymous = server.statements_of(page, None).await?;
        let with_session = server.statements_of(page, Some(&cookie)).await?;
        println!(
            "{posts:>4} posts  {page:<24} anonymous {} reads {} writes, with a session {} reads {} writes",
            anonymous.reads, anonymous.writes, with_session.reads, with_session.writes,
        );
        if anonymous.sets_cookie {
            println!("     a cookie was set for an anonymous reader of {page}");
        }
    }
    server.stop().await
}

async fn requests(
    binary: &std::path::Path,
    folder: &std::path::Path,
    options: &Options,
    cache: &str,
) -> Outcome {
    println!("with a page cache of {cache} MiB:");
    let environment = [("BLOG_LOG", "error"), ("BLOG_PAGE_CACHE_MIB", cache)];
    let server = Server::start(binary, folder, &environment).await?;
    let cookie = client::log_in(server.address, seed::LOGIN, seed::PASSWORD).await?;
    let post = format!("/posts/{}", seed::SLUG);
    for (page, cookie) in [
        ("/", None),
        (post.as_str(), None),
        ("/feed.xml", None),
        ("/", Some(cookie.as_str())),
        (post.as_str(), Some(cookie.as_str())),
    ] {
        let cpu = server.cpu()?;
        let began = Instant::now();
        let done = load(server.address, page, cookie, options.seconds).await?;
        let took = began.elapsed();
        let cpu = server.cpu()? - cpu;
        println!(
            "{page:<24} {:<15} {:>8.0} requests/s, {:>6.0} µs of CPU a request",
            if cookie.is_some() {
                "with a session"
            } else {
                "anonymous"
            },
            done as f64 / took.as_secs_f64(),
            cpu.as_secs_f64() * 1e6 / done.max(1) as f64,
        );
    }
    println!("memory after this: {:.1} MB PSS", server.pss_mb()?);
    server.stop().await
}

/// Asks for a page on sixteen connections for so many seconds; how many answers there were.
async fn load(address: SocketAddr, page: &str, cookie: Option<&str>, seconds: u64) -> Outcome<u64> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let workers: Vec<_> = (0..16)
        .map(|_| {
            let page = page.to_owned();
            let cookie = cookie.map(str::to_owned);
            tokio::spawn(async move {
                let mut client = Client::connect(address).await?;
                let mut done = 0_u64;
                while Instant::now() < until {
                    let answer = client.get(&page, cookie.as_deref()).await?;
                    if answer.0 != 200 {
                        return Err(format!("{page} answered {}", answer.0).into());
                    }
                    done += 1;
                }
                Outcome::Ok(done)
            })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await??;
    }
    Ok(done)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

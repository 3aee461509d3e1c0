//! Uploads to S3: the adapter beside the SDK alone, in turns, on one server.
//!
//! `cargo run --release -p blog-bench -- s3 --endpoint http://127.0.0.1:9000`, with region and credentials in AWS's own
//! variables.

use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use blog_core::model::media::{ObjectKey, PutMode, PutOptions};
use blog_core::ports::MediaStore;
use blog_storage::s3::S3Media;
use bytes::Bytes;
use clap::Args;
use futures_util::{StreamExt as _, stream};

use crate::load::Outcome;

const MIB: usize = 1024 * 1024;
/// What the adapter sends at a time, so the SDK sends the same.
const PART: usize = 8 * MIB;
/// What a socket gives at a time.
const PIECE: usize = 64 * 1024;
const KEY: &str = "bench/upload";

/// Where to, and how much.
#[derive(Args, Clone)]
pub(crate) struct Options {
    /// The server in the place of AWS.
    #[arg(long)]
    endpoint: String,
    /// A bucket that is there; without, one is made and deleted.
    #[arg(long)]
    bucket: Option<String>,
    /// Size of an upload in MiB.
    #[arg(long, default_value_t = 256)]
    mib: usize,
    /// Uploads of each.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

pub(crate) async fn run(options: Options) -> Outcome {
    let client = client(&options.endpoint).await;
    let own = format!("blog-bench-{}", std::process::id());
    let bucket = match &options.bucket {
        Some(bucket) => bucket,
        None => {
            client.create_bucket().bucket(&own).send().await?;
            &own
        }
    };
    let measured = measure(&client, bucket, &options).await;
    client
        .delete_object()
        .bucket(bucket)
        .key(KEY)
        .send()
        .await?;
    if options.bucket.is_none() {
        client.delete_bucket().bucket(&own).send().await?;
    }
    measured
}

async fn measure(client: &Client, bucket: &str, options: &Options) -> Outcome {
    let media = S3Media::open(&format!("s3://{bucket}"), Some(&options.endpoint)).await?;
    let size = options.mib * MIB;
    println!("== {} MiB to {}", options.mib, options.endpoint);
    let (mut through, mut bare) = (Vec::new(), Vec::new());
    // Memory is looked at in the first run, before the allocator has kept anything of others.
    let before = peak_mb()?;
    for run in 0..options.runs.max(1) {
        let began = Instant::now();
        put(&media, size).await?;
        through.push(began.elapsed());
        if run == 0 {
            println!(
                "memory: {:.1} MB at its most, {before:.1} MB before",
                peak_mb()?
            );
        }
        let began = Instant::now();
        put_bare(client, bucket, size).await?;
        bare.push(began.elapsed());
    }
    let (through, bare) = (rate(through, options.mib), rate(bare, options.mib));
    println!("the adapter: {through:.1} MiB/s, the SDK alone: {bare:.1} MiB/s (medians)");
    println!("ratio: {:.2} (target 0.80)", through / bare);
    Ok(())
}

async fn client(endpoint: &str) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let shared = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .endpoint_url(endpoint)
        .load()
        .await;
    let config = aws_sdk_s3::config::Builder::from(&shared).force_path_style(true);
    Client::from_conf(config.build())
}

/// As an upload comes: in pieces of a socket.
async fn put(media: &S3Media, size: usize) -> Outcome {
    let pieces = (0..size / PIECE).map(|_| Ok(Bytes::from(vec![7; PIECE])));
    let options = PutOptions {
        content_type: "video/mp4".to_owned(),
        mode: PutMode::Overwrite,
        size: Some(size as u64),
    };
    let key = ObjectKey::from_store(KEY.to_owned());
    media
        .put(&key, stream::iter(pieces).boxed(), options)
        .await?;
    Ok(())
}

/// The same requests, of bytes that are there already.
async fn put_bare(client: &Client, bucket: &str, size: usize) -> Outcome {
    let begun = client
        .create_multipart_upload()
        .bucket(bucket)
        .key(KEY)
        .content_type("video/mp4")
        .send()
        .await?;
    let id = begun.upload_id().ok_or("no upload id")?;
    let bytes = Bytes::from(vec![7; PART]);
    let mut parts = Vec::new();
    for (number, start) in (1..).zip((0..size).step_by(PART)) {
        let sent = client
            .upload_part()
            .bucket(bucket)
            .key(KEY)
            .upload_id(id)
            .part_number(number)
            .body(bytes.slice(..PART.min(size - start)).into())
            .send()
            .await?;
        let part = CompletedPart::builder()
            .part_number(number)
            .set_e_tag(sent.e_tag)
            .set_checksum_crc32(sent.checksum_crc32)
            .set_checksum_crc64_nvme(sent.checksum_crc64_nvme);
        parts.push(part.build());
    }
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts));
    client
        .complete_multipart_upload()
        .bucket(bucket)
        .key(KEY)
        .upload_id(id)
        .multipart_upload(parts.build())
        .send()
        .await?;
    client.head_object().bucket(bucket).key(KEY).send().await?;
    Ok(())
}

/// MiB a second at the median.
fn rate(mut times: Vec<Duration>, mib: usize) -> f64 {
    times.sort();
    mib as f64 / times[times.len() / 2].as_secs_f64()
}

/// The most memory that this process has had (proc(5), `VmHWM`).
fn peak_mb() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kb = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(kb.ok_or("no VmHWM")?.parse::<f64>()? / 1024.0)
}

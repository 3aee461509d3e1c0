//! What a function needs around it: a role, a bucket that tells, and calls signed by Signature Version 4.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const REGION: &str = "us-east-1";

/// The services of an emulator.
#[derive(Debug)]
pub(crate) struct Aws {
    host: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A zip archive of one file, as it is (PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16).
fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let crc = !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    });
    let (length, named) = (
        u32::try_from(bytes.len()).unwrap(),
        u16::try_from(name.len()).unwrap(),
    );
    let facts = [
        &20_u16.to_le_bytes()[..],
        &[0; 8],
        &crc.to_le_bytes(),
        &length.to_le_bytes(),
        &length.to_le_bytes(),
        &named.to_le_bytes(),
        &[0; 2],
    ]
    .concat();
    let local = [&b"PK\x03\x04"[..], &facts, name.as_bytes(), bytes].concat();
    let central = [
        &b"PK\x01\x02\x14\x03"[..],
        &facts,
        &[0; 6],
        &0o100_755_u32.rotate_left(16).to_le_bytes(),
        &[0; 4],
        name.as_bytes(),
    ]
    .concat();
    let sizes = [
        u32::try_from(central.len()).unwrap(),
        u32::try_from(local.len()).unwrap(),
    ];
    let end = [
        &b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"[..],
        &sizes[0].to_le_bytes(),
        &sizes[1].to_le_bytes(),
        &[0; 2],
    ]
    .concat();
    [local, central, end].concat()
}

impl Aws {
    pub(crate) fn at(endpoint: &str) -> Self {
        Self {
            host: endpoint
                .strip_prefix("http://")
                .unwrap()
                .trim_end_matches('/')
                .to_owned(),
        }
    }

    /// A signed request; the status and the body of its answer.
    pub(crate) async fn call(
        &self,
        method: &str,
        target: &str,
        service: &str,
        kind: &str,
        body: &[u8],
    ) -> (u16, Vec<u8>) {
        let seconds = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let now = blog_core::Timestamp::from_micros(i64::try_from(seconds).unwrap() * 1_000_000)
            .to_rfc3339();
        let now = now
            .split('.')
            .next()
            .unwrap()
            .trim_end_matches('Z')
            .replace(['-', ':'], "")
            + "Z";
        let day = &now[..8];
        let digest = hex(&Sha256::digest(body));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = if query.is_empty() || query.contains('=') {
            query.to_owned()
        } else {
            format!("{query}=")
        };
        let names = "content-type;host;x-amz-content-sha256;x-amz-date";
        let canonical = format!(
            "{method}\n{path}\n{query}\ncontent-type:{kind}\nhost:{}\nx-amz-content-sha256:{digest}\nx-amz-date:{now}\n\n{names}\n{digest}",
            self.host
        );
        let scope = format!("{day}/{REGION}/{service}/aws4_request");
        let text = format!(
            "AWS4-HMAC-SHA256\n{now}\n{scope}\n{}",
            hex(&Sha256::digest(canonical.as_bytes()))
        );
        let key = [day, REGION, service, "aws4_request"]
            .iter()
            .fold(b"AWS4test".to_vec(), |key, part| mac(&key, part));
        let signature = hex(&mac(&key, &text));
        let head = format!(
            "{method} {target} HTTP/1.1\r\nhost: {}\r\ncontent-type: {kind}\r\nx-amz-content-sha256: {digest}\r\nx-amz-date: {now}\r\n\
             authorization: AWS4-HMAC-SHA256 Credential=test/{scope}, SignedHeaders={names}, Signature={signature}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            self.host,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.host).await.unwrap();
        stream
            .write_all(&[head.as_bytes(), body].concat())
            .await
            .unwrap();
        let mut answer = Vec::new();
        tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut answer))
            .await
            .expect("an answer")
            .unwrap();
        let end = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("a head");
        let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
        (status, answer.split_off(end + 4))
    }

    /// A signed request that succeeds.
    pub(crate) async fn done(
        &self,
        method: &str,
        target: &str,
        service: &str,
        kind: &str,
        body: &[u8],
    ) {
        let (status, answer) = self.call(method, target, service, kind, body).await;
        assert!(
            (200..300).contains(&status),
            "{target}: {status} {}",
            String::from_utf8_lossy(&answer)
        );
    }

    /// A bucket of this name.
    pub(crate) async fn bucket(&self, name: &str) {
        self.done("PUT", &format!("/{name}"), "s3", "text/xml", b"")
            .await;
    }

    /// A role of this name, for functions, that may do these actions.
    pub(crate) async fn role(&self, name: &str, actions: &[&str]) {
        let statement =
            |what: Value| json!({"Version": "2012-10-17", "Statement": [what]}).to_string();
        let trust = statement(json!({
            "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"
        }));
        let policy = statement(json!({"Effect": "Allow", "Action": actions, "Resource": "*"}));
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        for form in [
            format!(
                "Action=CreateRole&Version=2010-05-08&RoleName={}&AssumeRolePolicyDocument={}",
                encode(name),
                encode(&trust)
            ),
            format!(
                "Action=PutRolePolicy&Version=2010-05-08&RoleName={}&PolicyName=index&PolicyDocument={}",
                encode(name),
                encode(&policy)
            ),
        ] {
            self.done(
                "POST",
                "/",
                "iam",
                "application/x-www-form-urlencoded",
                form.as_bytes(),
            )
            .await;
        }
    }

    /// A function of this name and role, that runs `program` of this machine.
    pub(crate) async fn function(&self, name: &str, program: &str, variables: &Value) {
        // The archive of the program itself would be as large as its debug information.
        let bootstrap = format!("#!/bin/sh\nexec '{program}'\n");
        let function = json!({
            "FunctionName": name, "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 30,
            "Role": format!("arn:aws:iam::000000000000:role/{name}"),
            "Code": {"ZipFile": STANDARD.encode(zip("bootstrap", bootstrap.as_bytes()))},
            "Environment": {"Variables": variables}
        });
        self.done(
            "POST",
            "/2015-03-31/functions",
            "lambda",
            "application/json",
            function.to_string().as_bytes(),
        )
        .await;
    }

    /// What happens in the bucket starts the function of its name.
    pub(crate) async fn notify(&self, name: &str) {
        let xml = format!(
            "<NotificationConfiguration><CloudFunctionConfiguration><Id>index</Id>\
             <CloudFunction>arn:aws:lambda:{REGION}:000000000000:function:{name}</CloudFunction>\
             <Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:*</Event>\
             </CloudFunctionConfiguration></NotificationConfiguration>"
        );
        self.done(
            "PUT",
            &format!("/{name}?notification"),
            "s3",
            "text/xml",
            xml.as_bytes(),
        )
        .await;
    }

    /// Calls the function, and waits for its answer.
    pub(crate) async fn invoke(&self, name: &str, document: &Value) -> (u16, Value) {
        let target = format!("/2015-03-31/functions/{name}/invocations");
        let (status, answer) = self
            .call(
                "POST",
                &target,
                "lambda",
                "application/json",
                document.to_string().as_bytes(),
            )
            .await;
        let text = String::from_utf8_lossy(&answer);
        (
            status,
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")),
        )
    }
}

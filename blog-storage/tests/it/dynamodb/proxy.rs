//! A way to the server that notes what is asked, and answers some of it wrong.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It is refused: too many of them.
    Throttled,
    /// The server has an error of its own.
    Internal,
    /// It never arrives.
    Lost,
    /// It arrives, and its answer does not.
    Unheard,
    /// It is refused: the key is not known.
    Stranger,
    /// Of a batch, half the keys are answered.
    Half,
    /// Of a batch, no key is answered.
    Empty,
}

type Decide = dyn Fn(&str, usize) -> Fault + Send + Sync;

/// Listens, and passes requests on as it was told: by the operation, and how many were there before.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) async fn to(
        endpoint: &str,
        decide: impl Fn(&str, usize) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let server = endpoint.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let decide: Arc<Decide> = Arc::new(decide);
        let noted = asked.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server.clone(), noted.clone(), decide.clone()));
            }
        });
        Self { url, asked }
    }

    /// How many requests of an operation there were; of every one, for no name.
    pub(crate) fn count(&self, operation: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|one| operation.is_empty() || *one == operation)
            .count()
    }

    /// The actions that were used, as IAM names them.
    pub(crate) fn used(&self) -> BTreeSet<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|one| format!("dynamodb:{one}")).collect()
    }

    pub(crate) fn forget(&self) {
        self.asked.lock().unwrap().clear();
    }
}

/// A message of HTTP/1.1 with a length; `None` at the end.
async fn message(from: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    let mut length = 0;
    loop {
        let begin = head.len();
        if from.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
        let line = head[begin..].trim().to_ascii_lowercase();
        if let Some(digits) = line.strip_prefix("content-length:") {
            length = digits.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

/// Asks for a part of a batch's keys, and answers that the others were not processed.
async fn part(
    server: &mut BufReader<TcpStream>,
    head: &str,
    body: &[u8],
    fault: Fault,
) -> Option<Vec<u8>> {
    let mut asked: Value = serde_json::from_slice(body).unwrap();
    let table = asked["RequestItems"]
        .as_object()
        .unwrap()
        .keys()
        .next()?
        .clone();
    let keys = asked["RequestItems"][&table]["Keys"]
        .as_array_mut()
        .unwrap();
    let answered = if fault == Fault::Half {
        keys.len() / 2
    } else {
        0
    };
    let left = keys.split_off(answered);
    let mut answer = json!({"Responses": {}});
    if answered > 0 {
        let body = asked.to_string();
        let lines = head.lines().filter(|line| !line.is_empty());
        let mut head: String = lines
            .filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"))
            .map(|line| format!("{line}\r\n"))
            .collect();
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        server
            .get_mut()
            .write_all((head + &body).as_bytes())
            .await
            .ok()?;
        let (_, body) = message(server).await?;
        answer = serde_json::from_slice(&body).unwrap();
    }
    if !left.is_empty() {
        answer["UnprocessedKeys"] = json!({table: {"Keys": left, "ConsistentRead": true}});
    }
    let body = answer.to_string();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n"
    );
    Some((head + &body).into_bytes())
}

async fn pass(
    client: TcpStream,
    server: String,
    asked: Arc<Mutex<Vec<String>>>,
    decide: Arc<Decide>,
) {
    let mut client = BufReader::new(client);
    let mut server = BufReader::new(TcpStream::connect(server).await.unwrap());
    while let Some((head, body)) = message(&mut client).await {
        let target = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("x-amz-target:"))
            .and_then(|line| line.rsplit_once('.'))
            .map_or("", |(_, operation)| operation)
            .to_owned();
        let before = {
            let mut asked = asked.lock().unwrap();
            asked.push(target.clone());
            asked.len() - 1
        };
        let fault = decide(&target, before);
        let refusal = match fault {
            Fault::Throttled => Some((400, "ProvisionedThroughputExceededException")),
            Fault::Internal => Some((500, "InternalServerError")),
            Fault::Stranger => Some((400, "UnrecognizedClientException")),
            Fault::Lost => return,
            Fault::None | Fault::Unheard | Fault::Half | Fault::Empty => None,
        };
        let answer = match refusal {
            None if matches!(fault, Fault::Half | Fault::Empty) => {
                let Some(answer) = part(&mut server, &head, &body, fault).await else {
                    return;
                };
                answer
            }
            Some((status, name)) => {
                let body = format!(
                    "{{\"__type\":\"com.amazonaws.dynamodb.v20120810#{name}\",\"message\":\"as the test wants it\"}}"
                );
                let length = body.len();
                format!(
                    "HTTP/1.1 {status} No\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n{body}"
                )
                .into_bytes()
            }
            None => {
                let sent = [head.as_bytes(), &body].concat();
                if server.get_mut().write_all(&sent).await.is_err() {
                    return;
                }
                let Some((head, body)) = message(&mut server).await else {
                    return;
                };
                [head.as_bytes(), &body].concat()
            }
        };
        if fault == Fault::Unheard || client.get_mut().write_all(&answer).await.is_err() {
            return;
        }
    }
}

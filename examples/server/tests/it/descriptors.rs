//! Out of file descriptors: the server waits instead of spinning, and goes on when there are some again.

use std::time::Duration;

use tokio::net::TcpStream;

use crate::require::left_out;
use crate::server::{Home, Server};

/// Few enough to be used up by a few clients, enough to start with.
const DESCRIPTORS: &str = "--nofile=48:48";

/// Time that a process was on a processor, in clock ticks of 10 ms.
/// See proc_pid_stat(5): fields 14 and 15, behind the name in parentheses.
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, behind_name) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = behind_name.split(' ').collect();
    let number = |at: usize| -> u64 { fields[at - 3].parse().unwrap() };
    number(14) + number(15)
}

#[tokio::test]
async fn without_descriptors_the_server_waits_and_then_goes_on() {
    let test = "without_descriptors_the_server_waits_and_then_goes_on";
    if !std::process::Command::new("prlimit")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        return left_out(test, "prlimit, of util-linux");
    }
    let home = Home::new();
    home.add_user("ada", "author").await;
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let server = Server::start(home.command_under("prlimit", &[DESCRIPTORS], &serve)).await;
    assert_eq!(server.client().get("/livez").await.status, 200);

    // More than there are descriptors: the kernel takes them in, the server cannot.
    let mut waiting = Vec::new();
    for _ in 0..60 {
        waiting.push(TcpStream::connect(server.address).await.unwrap());
    }
    server.logged("accepting connections fails").await;
    let before = ticks(server.pid());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let used = ticks(server.pid()) - before;
    // One that spins uses all of the two seconds, which are 200 ticks.
    assert!(used < 60, "{used} ticks of 10 ms in two seconds of waiting");
    let told = server.log().matches("accepting connections fails").count();
    assert!(told < 5, "it said so {told} times");

    drop(waiting);
    assert_eq!(server.client().get("/").await.status, 200);
    server.stop().await;
}

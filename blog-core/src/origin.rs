//! Where what is done comes from: said once where it comes in, and noted by the audit log wherever the work goes.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

tokio::task_local! {
    static ORIGIN: Origin;
}

/// Where something comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Origin {
    /// The program itself: the worker, a host application.
    #[default]
    System,
    /// Somebody with a shell.
    CommandLine,
    /// A client, by the network of its address: /24 of IPv4, /48 of IPv6, which names a neighbourhood and no person.
    Network(IpAddr),
}

impl Origin {
    /// A client at this address.
    pub fn client(address: IpAddr) -> Self {
        Self::Network(match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Ipv4Addr::new(a, b, c, 0).into()
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
            }
        })
    }

    /// The origin of what runs now.
    pub fn current() -> Self {
        ORIGIN.try_with(Clone::clone).unwrap_or_default()
    }

    /// Runs work that comes from here.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        ORIGIN.scope(self, work).await
    }
}

/// The word that the audit log keeps: `system`, `command-line`, `203.0.113.0/24`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::System => f.write_str("system"),
            Origin::CommandLine => f.write_str("command-line"),
            Origin::Network(IpAddr::V4(v4)) => write!(f, "{v4}/24"),
            Origin::Network(IpAddr::V6(v6)) => write!(f, "{v6}/48"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> String {
        Origin::client(address.parse().unwrap()).to_string()
    }

    #[test]
    fn an_address_is_kept_as_its_network() {
        assert_eq!(of("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(of("::ffff:203.0.113.77"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2::9"), "2001:db8:1::/48");
    }

    #[tokio::test]
    async fn the_origin_is_known_inside_only() {
        let inside = Origin::CommandLine.scope(async { Origin::current() }).await;
        assert_eq!(inside, Origin::CommandLine);
        assert_eq!(Origin::current(), Origin::System);
    }
}

//! Who is asking: the client's address, believed only from proxies we trust.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;
use poem::Request;

/// The address a request came from, in the request's data: `req.data::<ClientAddr>()`.
///
/// IPv4 addresses inside IPv6 are unpacked. `0.0.0.0` when the server gave no socket address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddr(pub IpAddr);

impl ClientAddr {
    /// The address put there by the edge, or the socket's when the edge did not run.
    pub fn of(request: &Request) -> Self {
        request
            .data::<Self>()
            .copied()
            .unwrap_or_else(|| Self(peer_of(request)))
    }

    /// What limits count by.
    pub fn key(self) -> AddressKey {
        AddressKey::of(self.0)
    }
}

/// What limits per address count by: an IPv4 address, or the /64 of an IPv6 address, since one
/// household commonly has a whole /64 to choose addresses from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressKey(IpAddr);

impl AddressKey {
    /// The key of an address.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 => v4,
        })
    }
}

impl std::fmt::Display for AddressKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => v4.fmt(f),
            IpAddr::V6(v6) => write!(f, "{v6}/64"),
        }
    }
}

/// The proxies in front of us. The default is none: the socket's address is the client's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    /// Networks a proxy's connection comes from. A request from elsewhere is never asked for
    /// forwarded addresses.
    pub peers: Vec<IpNet>,
    /// How many proxies a request passes, so that the client is the Nth entry of
    /// `X-Forwarded-For` from the right. What stands left of it was written by the client.
    /// 0 means that the header is never read.
    pub hops: usize,
}

impl TrustedProxies {
    /// Whether `peer` is one of ours.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        any_contains(&self.peers, peer)
    }

    /// The client of a request that came from `peer`.
    ///
    /// With fewer entries than proxies, or an entry that is no address, the peer's own address is
    /// the answer: a request that did not take the configured way is its sender's business.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddr {
        let peer = peer.to_canonical();
        if self.hops == 0 || !self.trusts(peer) {
            return ClientAddr(peer);
        }
        // A list may be spread over several lines, which read as one in order.
        let lines = headers
            .get_all("x-forwarded-for")
            .iter()
            .collect::<Vec<_>>();
        let entry = lines
            .iter()
            .rev()
            .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
            .nth(self.hops - 1);
        ClientAddr(entry.and_then(parse_entry).unwrap_or(peer))
    }
}

/// `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn parse_entry(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let address = entry.parse::<IpAddr>().ok().or_else(|| {
        let bare = entry
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        match bare {
            Some(bare) => bare.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()),
        }
    })?;
    Some(address.to_canonical())
}

/// The socket's address of a request.
pub(crate) fn peer_of(request: &Request) -> IpAddr {
    request
        .remote_addr()
        .as_socket_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |socket| {
            socket.ip().to_canonical()
        })
}

pub(crate) fn any_contains(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(hops: usize, peer: &str, lines: &[&'static str]) -> String {
        let proxies = TrustedProxies {
            peers: vec!["10.0.0.0/8".parse().unwrap()],
            hops,
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        proxies
            .client(peer.parse().unwrap(), &headers)
            .0
            .to_string()
    }

    #[test]
    fn address_table() {
        // An unknown peer is not believed, whatever it says.
        assert_eq!(client(1, "192.0.2.1", &["198.51.100.9"]), "192.0.2.1");
        // By default nobody is.
        assert_eq!(client(0, "10.0.0.1", &["198.51.100.9"]), "10.0.0.1");
        assert_eq!(client(1, "10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        // What the client wrote itself stands further left.
        assert_eq!(
            client(1, "10.0.0.1", &["203.0.113.5, 198.51.100.9"]),
            "198.51.100.9"
        );
        assert_eq!(
            client(2, "10.0.0.1", &["203.0.113.5, 198.51.100.9, 10.0.0.2"]),
            "198.51.100.9"
        );
        // Several lines are one list.
        assert_eq!(
            client(2, "10.0.0.1", &["203.0.113.5", "198.51.100.9", "10.0.0.2"]),
            "198.51.100.9"
        );
        // Too short, or no address: the peer.
        assert_eq!(client(2, "10.0.0.1", &["198.51.100.9"]), "10.0.0.1");
        assert_eq!(client(1, "10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(client(1, "10.0.0.1", &["198.51.100.9,"]), "10.0.0.1");
        assert_eq!(client(1, "10.0.0.1", &[]), "10.0.0.1");
        // Forms with a port, and IPv4 inside IPv6.
        assert_eq!(
            client(1, "10.0.0.1", &["198.51.100.9:4711"]),
            "198.51.100.9"
        );
        assert_eq!(
            client(1, "10.0.0.1", &["[2001:db8::1]:4711"]),
            "2001:db8::1"
        );
        assert_eq!(client(1, "10.0.0.1", &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(
            client(1, "::ffff:10.0.0.1", &["::ffff:198.51.100.9"]),
            "198.51.100.9"
        );
    }

    #[test]
    fn ipv6_addresses_count_by_their_64() {
        let key = |address: &str| AddressKey::of(address.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}

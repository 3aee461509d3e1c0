//! Why a server was not reached, whatever the library that wanted to reach it.

use std::error::Error;
use std::io;

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Network {
    /// Nobody knows the name.
    Name,
    /// The machine is there and nobody listens.
    Refused,
    /// No connection comes about: packets are dropped, or there is no way.
    NoRoute,
    /// There is a connection, and no answer.
    Silent,
    /// There was a connection, and it was cut.
    Cut,
    /// The certificate's time is over.
    CertificateExpired,
    /// The certificate's time has not come.
    CertificateEarly,
    /// The certificate is for another name.
    CertificateName,
    /// Nobody who is trusted has signed the certificate.
    CertificateIssuer,
    /// What answers speaks no TLS.
    NoTls,
}

impl Network {
    /// By what the error, or what it came from, says. `None` where it says nothing of this.
    pub fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut said = String::new();
        let mut kind = None;
        let mut link = Some(error);
        while let Some(error) = link {
            said.push_str(&error.to_string());
            said.push('\n');
            if let Some(error) = error.downcast_ref::<io::Error>() {
                kind.get_or_insert(error.kind());
            }
            link = error.source();
        }
        let connecting = ["connect timeout", "onnection timed out"];
        if connecting.iter().any(|text| said.contains(text)) {
            return Some(Self::NoRoute);
        }
        // What TLS met comes as an error of reading or writing, so it is asked for first.
        Self::of_tls(&said)
            .or_else(|| kind.and_then(Self::of_kind))
            .or_else(|| Self::of_text(&said))
    }

    fn of_tls(said: &str) -> Option<Self> {
        let has = |any: &[&str]| any.iter().any(|text| said.contains(text));
        if has(&["InvalidContentType", "received corrupt message"]) {
            return Some(Self::NoTls);
        }
        if !has(&["invalid peer certificate"]) {
            return None;
        }
        Some(if has(&["expired", "Expired"]) {
            Self::CertificateExpired
        } else if has(&["not valid yet", "NotValidYet"]) {
            Self::CertificateEarly
        } else if has(&["not valid for name", "NotValidForName"]) {
            Self::CertificateName
        } else {
            Self::CertificateIssuer
        })
    }

    fn of_kind(kind: io::ErrorKind) -> Option<Self> {
        use io::ErrorKind as Kind;
        match kind {
            Kind::ConnectionRefused => Some(Self::Refused),
            Kind::NetworkUnreachable | Kind::HostUnreachable | Kind::NetworkDown => {
                Some(Self::NoRoute)
            }
            Kind::TimedOut => Some(Self::Silent),
            Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe
            | Kind::UnexpectedEof => Some(Self::Cut),
            _ => None,
        }
    }

    fn of_text(said: &str) -> Option<Self> {
        let has = |any: &[&str]| any.iter().any(|text| said.contains(text));
        if has(&["failed to lookup address", "dns error"]) {
            Some(Self::Name)
        } else if has(&["timeout occurred", "timed out"]) {
            Some(Self::Silent)
        } else if has(&["connection closed before message completed"]) {
            Some(Self::Cut)
        } else {
            None
        }
    }

    /// What is the matter with `place` and what to do, for a server anywhere.
    pub fn remedy(self, place: &str) -> String {
        match self {
            Self::Name => format!(
                "nobody knows the name in {place}; look how it is written, and at this machine's DNS"
            ),
            Self::Refused => {
                format!(
                    "nobody listens at {place}; look at the address and the port, and whether the server runs"
                )
            }
            Self::NoRoute => format!(
                "no connection to {place} comes about; look at the address, the route and what filters packets on the way"
            ),
            Self::Silent => format!(
                "{place} takes the connection and does not answer in time; look at its load, and whether it speaks \
                 what is asked"
            ),
            Self::Cut => {
                format!(
                    "{place} cuts the connection; look at its log, and whether it wants TLS here or wants none"
                )
            }
            Self::CertificateExpired => {
                format!(
                    "the certificate of {place} has expired; renew it there, or set this machine's clock"
                )
            }
            Self::CertificateEarly => {
                format!("the certificate of {place} is not valid yet; set this machine's clock")
            }
            Self::CertificateName => format!(
                "the certificate of {place} is for another name; write the name that it is for, or give the server \
                 another certificate"
            ),
            Self::CertificateIssuer => format!(
                "nobody whom this machine trusts has signed the certificate of {place}; give the server one of a known \
                 authority, or add its authority to this machine's (SSL_CERT_FILE names another file of them)"
            ),
            Self::NoTls => {
                format!(
                    "what answers at {place} speaks no TLS; look at the port and at the beginning of the address"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("it failed")]
    struct Outer(#[source] io::Error);

    #[test]
    fn the_nearest_reason_is_found_in_what_an_error_came_from() {
        let of = |error: io::Error| Network::of(&Outer(error));
        assert_eq!(
            of(io::ErrorKind::ConnectionRefused.into()),
            Some(Network::Refused)
        );
        for (said, expected) in [
            (
                "invalid peer certificate: certificate expired: verification time 1",
                Network::CertificateExpired,
            ),
            (
                "invalid peer certificate: UnknownIssuer",
                Network::CertificateIssuer,
            ),
            (
                "invalid peer certificate: certificate not valid for name \"a\"",
                Network::CertificateName,
            ),
            (
                "invalid peer certificate: NotValidYet",
                Network::CertificateEarly,
            ),
            (
                "received corrupt message of type InvalidContentType",
                Network::NoTls,
            ),
        ] {
            // As rustls' errors come.
            assert_eq!(
                of(io::Error::new(io::ErrorKind::InvalidData, said)),
                Some(expected),
                "{said}"
            );
        }
        for (said, expected) in [
            (
                "failed to lookup address information: Name or service not known",
                Network::Name,
            ),
            ("HTTP connect timeout occurred after 1s", Network::NoRoute),
            ("HTTP read timeout occurred after 5s", Network::Silent),
        ] {
            assert_eq!(of(io::Error::other(said)), Some(expected), "{said}");
        }
        assert_eq!(of(io::Error::other("something else")), None);
    }
}

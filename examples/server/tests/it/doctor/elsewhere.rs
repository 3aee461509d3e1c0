//! What can be wrong with mail, and with the address that people use.

use std::fs;

use super::fake::{Certificate, Smtp, reply, web};
use super::{Fault, bare};
use crate::server::Home;

pub(super) async fn faults(faults: &mut Vec<Fault>) {
    mail(faults).await;
    base_url(faults).await;
}

async fn mail(faults: &mut Vec<Fault>) {
    let home = bare().variable("BLOG_MAIL_URL", "file:./mail");
    fs::write(home.path().join("mail"), "in the way").unwrap();
    faults.push(Fault::new(
        "mail-folder-is-a-file",
        home,
        "failed  mail-folder: write ./mail: ./mail is a file and no folder; move it away, or name another folder",
    ));
    let smtp = Smtp {
        greeting: "220 sink.example",
        auth: "235 welcome",
        tls: None,
    };
    let at = |scheme: &str, port: u16, options: &str| {
        let url = format!("{scheme}://blog:secret@localhost:{port}{options}");
        bare()
            .variable("BLOG_MAIL_URL", &url)
            .variable("BLOG_MAIL_FROM", "blog@example.org")
    };
    let mut add = |name, scheme: &str, port: u16, options: &str, remedy: &str| {
        let place = format!("{scheme}://localhost:{port}");
        let line = format!(
            "failed  mail-server: log in {place}: {}",
            remedy.replace("PLACE", &place)
        );
        faults.push(Fault::new(name, at(scheme, port, options), line));
    };
    add(
        "mail-port-where-nobody-listens",
        "smtp",
        9,
        "",
        "nobody listens at PLACE; look at the address and the port, and whether the server runs",
    );
    let refusing = Smtp {
        auth: "535 5.7.8 authentication credentials invalid",
        ..smtp.clone()
    };
    add(
        "mail-wrong-password",
        "smtp",
        refusing.start().await,
        "?tls=none",
        "PLACE refuses the user name or the password; look at both in stores.mail_url (their own @ : / as %40 %3A %2F)",
    );
    add(
        "mail-without-starttls",
        "smtp",
        smtp.clone().start().await,
        "",
        "PLACE offers no STARTTLS; write smtps:// if it has TLS from the first byte, or ?tls=none on a network of your own",
    );
    let strange = Smtp {
        tls: Some(Certificate::new("localhost", false).acceptor),
        ..smtp.clone()
    };
    add(
        "mail-certificate-self-signed",
        "smtps",
        strange.start().await,
        "",
        "nobody whom this machine trusts has signed the certificate of PLACE; give the server one of a known authority, \
         or add its authority to this machine's (SSL_CERT_FILE names another file of them)",
    );
    let closed = Smtp {
        greeting: "554 5.7.1 not from your address",
        ..smtp
    };
    add(
        "mail-refused-from-here",
        "smtp",
        closed.start().await,
        "?tls=none",
        "PLACE refuses with 554; look whether it takes mail from this machine, and at its log",
    );
}

async fn base_url(faults: &mut Vec<Fault>) {
    let at = |url: &str| bare().variable("BLOG_BASE_URL", url);
    let mut add = |name, home: Home, url: &str, remedy: &str| {
        let line = format!("failed  base-url: get {url}/robots.txt: {remedy}");
        faults.push(Fault::new(name, home, line));
    };
    let plain = |port: u16| format!("http://localhost:{port}");
    let url = plain(9);
    add(
        "base-url-where-nobody-listens",
        at(&url),
        &url,
        &format!(
            "nobody listens at {url}; start blog-server, and look whether the proxy in front of it runs"
        ),
    );
    for (name, answer, remedy) in [
        (
            "base-url-of-something-else",
            reply(404, "Not found"),
            "something else than the blog answers there; have the proxy lead this host and path to blog-server",
        ),
        (
            "base-url-with-another-host",
            reply(421, "Misdirected"),
            "the proxy there does not pass on the Host that was asked for; have it do so (nginx: proxy_set_header Host \
             $host)",
        ),
        (
            "base-url-of-a-proxy-without-blog",
            reply(502, "Bad gateway"),
            "the proxy there does not reach blog-server; start it, and look where the proxy looks for it",
        ),
        (
            "base-url-of-another-blog",
            reply(
                200,
                "User-agent: *\n\nSitemap: https://blog.example/sitemap.xml\n",
            ),
            "the blog there takes another address for its own; give site.base_url the same value there as here",
        ),
    ] {
        let url = plain(web(answer, None).await);
        add(name, at(&url), &url, remedy);
    }
    let mut leads = reply(301, "");
    leads
        .headers
        .push(("location", "https://www.example.org/".to_owned()));
    let url = plain(web(leads, None).await);
    add(
        "base-url-that-leads-on",
        at(&url),
        &url,
        "it leads on to https://www.example.org/; write the address that people end at as site.base_url",
    );
    for (name, expired, said) in [
        (
            "base-url-certificate-self-signed",
            false,
            "nobody whom this machine trusts has signed the certificate of PLACE; give the server one of a known \
             authority, or add its authority to this machine's (SSL_CERT_FILE names another file of them)",
        ),
        (
            "base-url-certificate-expired",
            true,
            "the certificate of PLACE has expired; renew it there, or set this machine's clock",
        ),
    ] {
        let certificate = Certificate::new("localhost", expired);
        let port = web(reply(200, ""), Some(certificate.acceptor)).await;
        let url = format!("https://localhost:{port}");
        let home = at(&url);
        // An expired one is of somebody who is trusted.
        let home = if expired {
            trusting(home, &certificate.pem)
        } else {
            home
        };
        add(name, home, &url, &said.replace("PLACE", &url));
    }
}

/// With this authority and no other.
pub(super) fn trusting(home: Home, pem: &str) -> Home {
    let bundle = home.path().join("authority.pem");
    fs::write(&bundle, pem).unwrap();
    let bundle = bundle.to_str().unwrap().to_owned();
    home.variable("SSL_CERT_FILE", &bundle)
}

//! `blog-server why`: whether somebody gets an address, and by which rule.

use blog_core::error::{Entity, Error};
use blog_web::Web;
use blog_web::edge::host::Site;
use url::Url;

use crate::config::Config;
use crate::failure::Failure;
use crate::{print, site, start};

/// Who is nobody.
const ANONYMOUS: &str = "anonymous";

/// Asks for the address as they would, and prints the answer with its rule.
pub(crate) async fn run(config: &Config, user: &str, address: &str) -> Result<(), Failure> {
    let site =
        site::of(config, config.serve.listen).map_err(|error| Failure::run(error.to_string()))?;
    let path = path(&site, address)?;
    let (blog, stores) = start::open(config).await?;
    let visitor = match user {
        ANONYMOUS => None,
        name => match blog.sessions().as_if(name).await {
            Ok(Some(visitor)) => Some(visitor),
            Ok(None) => {
                print(&format!(
                    "{name} is suspended and cannot log in: what follows is what anonymous gets\n"
                ))?;
                None
            }
            Err(Error::NotFound(Entity::User)) => {
                return Err(Failure::run(format!("there is no user {name:?}")));
            }
            Err(error) => return Err(start::unusable(&error)),
        },
    };
    let explained = Web::new(blog).site(site).why(visitor, &path).await;
    let explained = explained.map_err(|error| Failure::run(error.to_string()))?;
    stores.close().await;
    print(&format!("{explained}\n"))
}

/// The path and query of an address, below the mount.
fn path(site: &Site, address: &str) -> Result<String, Failure> {
    let path = match address.contains("://") {
        false => address.to_owned(),
        true => {
            let url = Url::parse(address)
                .map_err(|error| Failure::run(format!("{address:?} is no address: {error}")))?;
            let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
            if !site.is_own_host(authority) {
                return Err(Failure::run(format!(
                    "{authority} is not this blog's; it is at {}",
                    site.base_url()
                )));
            }
            let path = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
            match path.strip_prefix(site.mount()) {
                Some(below) if below.starts_with('/') => below.to_owned(),
                Some("") => "/".to_owned(),
                _ => {
                    return Err(Failure::run(format!(
                        "{path} is not below this blog, which is at {}",
                        site.base_url()
                    )));
                }
            }
        }
    };
    match path.starts_with('/') {
        true => Ok(path),
        false => Ok(format!("/{path}")),
    }
}

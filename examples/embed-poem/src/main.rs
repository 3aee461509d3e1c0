//! The blog under `/blog` in somebody else's poem application: `cargo run -p embed-poem`.

use blog_core::Blog;
use blog_storage::{Urls, connect};
use blog_web::Web;
use poem::{Route, Server, get, handler, listener::TcpListener, web::Html};

#[handler]
fn home() -> Html<&'static str> {
    Html("<h1>Our shop</h1><p><a href=\"/blog/\">Read our blog</a></p>")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = std::env::args().nth(1);
    let address = argument.unwrap_or("127.0.0.1:3001".to_owned());
    let stores = connect(&Urls::new("sqlite:./data/blog.db", "file:./data/media")).await?;
    stores.migrate().await?;
    let blog = Blog::builder(stores.backend).title("The shop").build()?;
    tokio::spawn(blog.worker().run(Default::default()));
    let pages = Web::at(blog, &format!("http://{address}/blog").parse()?)?.endpoint()?;
    let app = Route::new().at("/", get(home)).nest("/blog", pages);
    Ok(Server::new(TcpListener::bind(address)).run(app).await?)
}

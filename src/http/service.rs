//! The front door as a whole: the way of every request through it.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpRequest, web};
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::SwaggerUi;

use super::desk::Answer;
use super::front::Front;
use super::net::net;
use super::openapi;
use super::problem::{Kind, Problem};
use super::routes;
use super::unmatched::Addresses;

/// The whole interface, ready to be served.
pub fn app(
    front: web::Data<Front>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let passed = front.clone();
    let app = App::new()
        .app_data(front)
        .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
        .app_data(
            web::QueryConfig::default().error_handler(|_, _| Problem::new(Kind::BadQuery).into()),
        )
        .wrap(from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
            net(passed.clone(), request, next)
        }));
    let (app, api) =
        app.into_utoipa_app().openapi(openapi::frame()).configure(routes::all).split_for_parts();
    let api = openapi::finish(api);
    let addresses = web::Data::new(Addresses::of(&api));
    app.service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", api))
        .app_data(addresses)
        .default_service(web::to(unmatched))
}

async fn unmatched(request: HttpRequest, addresses: web::Data<Addresses>) -> Answer {
    Err(addresses.answer(&request))
}

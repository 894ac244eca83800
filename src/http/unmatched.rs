//! Requests that no route takes: the address is unknown, or known for other methods.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::dev::ResourceDef;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

use super::mark::Mark;
use super::problem::Problem;

/// The addresses that are documented, each with its methods.
pub struct Addresses(Vec<(ResourceDef, String)>);

impl Addresses {
    /// Those of the interface's own description, so that none is forgotten.
    pub fn of(api: &OpenApi) -> Self {
        let methods: BTreeMap<&String, String> =
            api.paths.paths.iter().map(|(path, item)| (path, allowed(item))).collect();
        Self(
            methods
                .into_iter()
                .map(|(path, methods)| (ResourceDef::new(path.as_str()), methods))
                .collect(),
        )
    }

    /// What such a request is answered with: 405 with the methods there are, or 404.
    pub fn answer(&self, request: &HttpRequest) -> Problem {
        let Some((address, methods)) =
            self.0.iter().find(|(address, _)| address.is_match(request.path()))
        else {
            return Problem::not_found();
        };
        match Mark::of(request) {
            Ok(mark) => mark.note_route(address.pattern().map(str::to_owned)),
            Err(problem) => return problem,
        }
        Problem::method_not_allowed(methods)
    }
}

fn allowed(item: &PathItem) -> String {
    let methods = [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("DELETE", &item.delete),
        ("PATCH", &item.patch),
    ];
    let there = methods.iter().filter(|(_, operation)| operation.is_some());
    there.map(|(method, _)| *method).collect::<Vec<_>>().join(", ")
}

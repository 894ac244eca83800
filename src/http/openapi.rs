//! The description of the interface (OpenAPI 3.1), made from the code that answers.

use actix_web::App;
use actix_web::http::{Method, StatusCode};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Type,
};
use utoipa::{OpenApi as _, PartialSchema as _, ToSchema as _};
use utoipa_actix_web::AppExt as _;

use super::problem::{Kind, MEDIA_TYPE, ProblemBody};
use super::routes;

/// The name of the one way to sign in.
const BEARER: &str = "bearer";

/// What the routes are hung into.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Samsyn",
        description = "School, social services and health care around one child: a single way in, \
            consent on record, one plan, and a log that can be proven complete.\n\n\
            Every answer under `/v1` was decided by a rule and recorded before it left. What one \
            may not know of is answered exactly as what is not there. Errors are problem \
            documents (RFC 9457) in Swedish or English, by Accept-Language; `type` is stable, \
            texts are not. Changes name the version that they were made from (If-Match); a POST \
            may carry an Idempotency-Key, and sent again with the same key it gives the first \
            answer. Lists are linked page to page (Link, RFC 8288).",
    ),
    tags(
        (name = "directory", description = "Who one is, and who else there is."),
        (name = "health", description = "Whether the service works. Outside the ledger."),
    ),
)]
struct Frame;

/// The description before the routes are in it.
pub fn frame() -> OpenApi {
    Frame::openapi()
}

/// The whole description.
pub fn document() -> OpenApi {
    let app = App::new().into_utoipa_app().openapi(frame()).configure(routes::all);
    finish(app.split_for_parts().1)
}

/// Adds to every route under `/v1` what holds for all of them.
pub fn finish(mut api: OpenApi) -> OpenApi {
    let components = api.components.get_or_insert_with(Components::new);
    let http = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access token of one's own sign-in service (RFC 9068)."));
    components.add_security_scheme(BEARER, SecurityScheme::Http(http.build()));
    let mut schemas = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.responses.extend(errors().map(|status| (name(status), problem(status).into())));
    for (path, item) in &mut api.paths.paths {
        let methods = [
            (Method::GET, &mut item.get),
            (Method::POST, &mut item.post),
            (Method::PUT, &mut item.put),
            (Method::PATCH, &mut item.patch),
            (Method::DELETE, &mut item.delete),
        ];
        for (method, operation) in methods {
            let Some(operation) = operation.as_mut() else { continue };
            operation.operation_id = Some(operation_id(&method, path));
            if path.starts_with("/v1/") {
                complete(operation, &method);
            }
        }
    }
    api
}

fn complete(operation: &mut Operation, method: &Method) {
    operation.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    let parameters = operation.parameters.get_or_insert_with(Vec::new);
    parameters.push(RefOr::T(language()));
    if method == Method::POST {
        parameters.push(RefOr::T(idempotency_key()));
    }
    if method == Method::PATCH || method == Method::PUT {
        parameters.push(RefOr::T(if_match()));
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.headers.insert("X-Request-Id".into(), id_header("The request.").into());
            response.headers.insert("Samsyn-Entry".into(), id_header("Its ledger entry.").into());
        }
    }
    for status in errors() {
        let answer = RefOr::Ref(Ref::new(format!("#/components/responses/{}", name(status))));
        operation.responses.responses.entry(status.as_str().to_owned()).or_insert(answer);
    }
}

/// A name that no other operation has: what the handlers are called is short, and not unique.
fn operation_id(method: &Method, path: &str) -> String {
    let path = path.strip_prefix("/v1").unwrap_or(path);
    let words = path.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
    let words = words.filter(|word| !word.is_empty());
    std::iter::once(method.as_str().to_ascii_lowercase().as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

/// The statuses of all problems, each once.
fn errors() -> impl Iterator<Item = StatusCode> {
    let mut statuses: Vec<StatusCode> = Kind::ALL.iter().map(|kind| kind.status()).collect();
    statuses.sort_by_key(StatusCode::as_u16);
    statuses.dedup();
    statuses.into_iter()
}

fn name(status: StatusCode) -> String {
    format!("Problem{}", status.as_str())
}

fn problem(status: StatusCode) -> Response {
    let kinds: Vec<String> = Kind::ALL
        .iter()
        .filter(|kind| kind.status() == status)
        .map(|kind| format!("`{}`", kind.uri()))
        .collect();
    let schema = Ref::from_schema_name(ProblemBody::name());
    ResponseBuilder::new()
        .description(kinds.join(", "))
        .content(MEDIA_TYPE, ContentBuilder::new().schema(Some(schema)).build())
        .header("X-Request-Id", id_header("The request."))
        .header("Samsyn-Entry", id_header("Its ledger entry, where somebody was heard."))
        .build()
}

fn id_header(description: &str) -> utoipa::openapi::header::Header {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

fn language() -> Parameter {
    header("Accept-Language", Required::False, "The language of errors: `sv` or `en`.", |schema| {
        schema.examples(["sv"])
    })
}

fn idempotency_key() -> Parameter {
    let says =
        "Makes a request that is sent again one request. Of one's own making, once for each.";
    header("Idempotency-Key", Required::False, says, |schema| {
        schema.min_length(Some(8)).max_length(Some(128)).pattern(Some("^[!-~]+$"))
    })
}

fn if_match() -> Parameter {
    let says = "The version that the change was made from: its ETag.";
    header("If-Match", Required::True, says, |schema| {
        schema.pattern(Some("^\"v[1-9][0-9]*\"$")).examples(["\"v1\""])
    })
}

fn header(
    name: &str,
    required: Required,
    says: &str,
    describe: impl FnOnce(ObjectBuilder) -> ObjectBuilder,
) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(says))
        .schema(Some(describe(ObjectBuilder::new().schema_type(Type::String))))
        .build()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn described() -> Value {
        serde_json::to_value(document()).expect("JSON")
    }

    #[test]
    fn it_is_openapi_3_1_and_knows_the_problem() {
        let api = described();
        assert_eq!(api["openapi"], "3.1.0");
        let problem = &api["components"]["schemas"]["Problem"];
        let required = problem["required"].as_array().expect("a list");
        for field in ["type", "title", "status", "detail", "instance"] {
            assert!(required.contains(&field.into()), "{field}");
        }
        assert_eq!(required.len(), 5);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let api = described();
        let mut found = Vec::new();
        references(&api, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.trim_start_matches('#');
            assert!(api.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let api = described();
        let paths = api["paths"].as_object().expect("paths").values();
        let operations = paths.flat_map(|item| item.as_object().expect("operations").values());
        let names: Vec<&str> =
            operations.map(|one| one["operationId"].as_str().expect("a name")).collect();
        let unique: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(unique.len(), names.len(), "{names:?}");
        assert!(unique.contains("get_me") && unique.contains("get_health_live"), "{names:?}");
    }

    #[test]
    fn every_route_under_v1_asks_for_a_token_and_tells_its_problems() {
        let api = described();
        let paths = api["paths"].as_object().expect("paths");
        let operations = paths.iter().filter(|(path, _)| path.starts_with("/v1/"));
        let mut count = 0;
        for (path, item) in operations {
            for (method, operation) in item.as_object().expect("operations") {
                assert_eq!(operation["security"][0]["bearer"], serde_json::json!([]), "{path}");
                for status in ["401", "404", "503"] {
                    assert!(operation["responses"][status].is_object(), "{method} {path}");
                }
                count += 1;
            }
        }
        assert!(count >= 2);
        assert!(api["paths"]["/health/live"]["get"]["security"].is_null());
    }
}

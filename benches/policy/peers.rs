//! Other policy languages, which judge the same portraits by the same rules: each policy is parsed and
//! compiled once, each engine used again, and each case put the way its language reads best, before
//! the clock runs. What chappe looks up for itself, such as counts of ads, is handed to them.

use casbin::rhai::Dynamic;
use casbin::{CoreApi, DefaultModel, Enforcer};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};
use chappe_base::Format;
use chappe_benches::audience::Portrait;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use std::str::FromStr;

/// A policy language, with the policy in it.
pub(crate) trait Language {
    /// A case, ready to be judged.
    type Case;

    /// What it is called.
    const NAME: &'static str;

    /// The engine with `policy`, by its name.
    fn new(policy: &str) -> Self;

    /// Puts a case the way the language reads it.
    fn prepare(&self, portrait: &Portrait) -> Self::Case;

    /// Whether the ad is allowed.
    fn allows(&mut self, case: &Self::Case) -> bool;
}

/// The fields of a portrait by name.
fn fields(portrait: &Portrait) -> [(&'static str, Field); 11] {
    [
        ("blocked", Field::Flag(portrait.blocked)),
        ("muted", Field::Flag(portrait.muted)),
        ("opened_by_user", Field::Flag(portrait.opened_by_user)),
        ("first_category", Field::Number(portrait.first_category.into())),
        ("ad_category", Field::Number(portrait.ad_category.into())),
        ("format", Field::Format(portrait.format)),
        ("opted_in", Field::Flag(portrait.opted_in)),
        ("since_last_act", Field::Number(portrait.since_last_act_ns)),
        ("ads_count", Field::Number(portrait.ads_count.into())),
        ("page_ads_count", Field::Number(portrait.page_ads_count.into())),
        ("local_minute", Field::Number(portrait.local_minute.into())),
    ]
}

#[derive(Clone, Copy)]
enum Field {
    Flag(bool),
    Number(i64),
    Format(Format),
}

/// The conditions of a policy, where `c.` stands before each field and `{…}` around a set.
fn conditions(policy: &str) -> Vec<&'static str> {
    let mut conditions = vec![
        "!c.blocked",
        "!c.muted",
        "c.opened_by_user",
        "c.first_category == c.ad_category",
    ];
    match policy {
        "leak-2016" => conditions.push(r#"c.format in {"flash-sale", "new-product", "back-in-stock"}"#),
        "strict" => conditions.extend([
            r#"c.format in {"flash-sale", "back-in-stock"}"#,
            "c.opted_in",
            "c.since_last_act >= 600000000000",
            "c.since_last_act <= 1209600000000000",
            "c.ads_count < 2",
            "c.page_ads_count < 1",
            "c.local_minute >= 420",
            "c.local_minute < 1320",
        ]),
        other => panic!("no policy is called {other}"),
    }
    conditions
}

/// Cedar: one permit, with a record as the request's context.
#[derive(Debug)]
pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Language for Cedar {
    type Case = Request;
    const NAME: &'static str = "cedar-policy";

    fn new(policy: &str) -> Cedar {
        let condition = |condition: &str| match condition.strip_prefix("c.format in ") {
            Some(set) => format!(
                "{}.contains(context.format)",
                set.replace('{', "[").replace('}', "]")
            ),
            None => condition.replace("c.", "context."),
        };
        let conditions: Vec<String> = conditions(policy).into_iter().map(condition).collect();
        let text = format!(
            "permit(principal, action, resource) when {{ {} }};",
            conditions.join(" && ")
        );
        Cedar {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(&text).expect("a Cedar policy"),
            entities: Entities::empty(),
        }
    }

    fn prepare(&self, portrait: &Portrait) -> Request {
        let value = |field| match field {
            Field::Flag(flag) => RestrictedExpression::new_bool(flag),
            Field::Number(number) => RestrictedExpression::new_long(number),
            Field::Format(format) => RestrictedExpression::new_string(format.label().to_string()),
        };
        let pairs = fields(portrait).map(|(name, field)| (name.to_string(), value(field)));
        let context = Context::from_pairs(pairs).expect("no field twice");
        let uid = |text| EntityUid::from_str(text).expect("an entity");
        let (page, show, user) = (uid(r#"Page::"1""#), uid(r#"Action::"show""#), uid(r#"User::"1""#));
        Request::new(page, show, user, context, None).expect("a request without a schema")
    }

    fn allows(&mut self, case: &Request) -> bool {
        let answer = self
            .authorizer
            .is_authorized(case, &self.policies, &self.entities);
        answer.decision() == Decision::Allow
    }
}

/// Rego: one rule, compiled for regorus's virtual machine.
pub(crate) struct Rego(RegoVM);

impl Language for Rego {
    type Case = Value;
    const NAME: &'static str = "regorus";

    fn new(policy: &str) -> Rego {
        let condition = |condition: &str| match condition.strip_prefix('!') {
            Some(flag) => format!("not {}", flag.replace("c.", "input.")),
            None => condition.replace("c.", "input."),
        };
        let conditions: Vec<String> = conditions(policy).into_iter().map(condition).collect();
        let text = format!(
            "package ads\ndefault allow := false\nallow if {{\n{}\n}}\n",
            conditions.join("\n")
        );
        let mut engine = Engine::new();
        engine
            .add_policy("ads.rego".to_string(), text)
            .expect("a Rego policy");
        let compiled = engine
            .compile_with_entrypoint(&"data.ads.allow".into())
            .expect("an entry point");
        let program = Compiler::compile_from_policy(&compiled, &["data.ads.allow"]).expect("a program");
        let mut vm = RegoVM::new();
        vm.load_program(program);
        Rego(vm)
    }

    fn prepare(&self, portrait: &Portrait) -> Value {
        let value = |field| match field {
            Field::Flag(flag) => Value::from(flag),
            Field::Number(number) => Value::from(number),
            Field::Format(format) => Value::from(format.label()),
        };
        let fields = fields(portrait).map(|(name, field)| (Value::from(name), value(field)));
        Value::from(
            fields
                .into_iter()
                .collect::<std::collections::BTreeMap<Value, Value>>(),
        )
    }

    fn allows(&mut self, case: &Value) -> bool {
        self.0.set_input(case.clone());
        self.0.execute().expect("a decision") == Value::from(true)
    }
}

/// casbin: a matcher over the fields of the request, with no policy rules beside it. Its numbers have 32
/// bits, so it is asked about no policy that compares times.
pub(crate) struct Casbin(Enforcer);

impl Language for Casbin {
    type Case = Vec<Dynamic>;
    const NAME: &'static str = "casbin";

    fn new(policy: &str) -> Casbin {
        let condition = |text: &str| text.replace("c.", "r.").replace('{', "[").replace('}', "]");
        let conditions: Vec<String> = conditions(policy).into_iter().map(condition).collect();
        let text = format!(
            "[request_definition]\nr = {}\n[policy_definition]\np = rule\n[policy_effect]\n\
             e = some(where (p.eft == allow))\n[matchers]\nm = {}\n",
            "blocked, muted, opened_by_user, first_category, ad_category, format, opted_in, since_last_act, \
             ads_count, page_ads_count, local_minute",
            conditions.join(" && ")
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(&text).await.expect("a casbin model");
            Enforcer::new(model, ()).await.expect("an enforcer")
        });
        Casbin(enforcer)
    }

    fn prepare(&self, portrait: &Portrait) -> Vec<Dynamic> {
        let value = |field| match field {
            Field::Flag(flag) => Dynamic::from(flag),
            Field::Number(number) => Dynamic::from(number as i32),
            Field::Format(format) => Dynamic::from(format.label().to_string()),
        };
        fields(portrait)
            .into_iter()
            .map(|(_, field)| value(field))
            .collect()
    }

    fn allows(&mut self, case: &Vec<Dynamic>) -> bool {
        self.0.enforce(case.clone()).expect("a decision")
    }
}

//! Which acts can be asked about, and how a question is read from a body. An act is a line of the
//! table: its target's field, then its parameters'.

use serde_json::{Map, Value};

use super::bounds::escaped;
use super::fault::{Fault, Faults, Reason};
use super::field::Wire;
use crate::access::Act;
use crate::access::act::*;
use crate::domain::ids::Id;
use crate::store::Question;

/// An act as somebody asks about it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The act's name.
    pub act: String,
    /// What kind of thing it is aimed at.
    pub kind: String,
    /// Which one.
    pub id: String,
    /// What else the act says, by name.
    pub parameters: Map<String, Value>,
}

/// Something that an act says beside its target.
trait Parameter: Sized {
    /// Takes what stands under `name`, if anything does.
    fn take(reader: &mut Reader<'_>, name: &'static str) -> Option<Self>;
}

/// A question that is being read. What nobody took is a field too many.
struct Reader<'a> {
    asked: &'a Asked,
    faults: Faults,
    taken: Vec<&'static str>,
}

impl<T: Wire> Parameter for T {
    fn take(reader: &mut Reader<'_>, name: &'static str) -> Option<Self> {
        let value = reader.value(name).map(word);
        reader.faults.keep(format!("/{name}"), value.unwrap_or(Err("missing")))
    }
}

impl<T: Wire> Parameter for Option<T> {
    fn take(reader: &mut Reader<'_>, name: &'static str) -> Option<Self> {
        let value = reader.value(name).map(word);
        reader.faults.keep_optional(format!("/{name}"), value)
    }
}

/// What is not said is not so.
impl Parameter for bool {
    fn take(reader: &mut Reader<'_>, name: &'static str) -> Option<Self> {
        let read = match reader.value(name) {
            None => Ok(false),
            Some(Value::Bool(is)) => Ok(*is),
            Some(_) => Err("wrong_type"),
        };
        reader.faults.keep(format!("/{name}"), read)
    }
}

/// A unit or a person, each under its own name.
impl Parameter for Recipient {
    fn take(reader: &mut Reader<'_>, _: &'static str) -> Option<Self> {
        let unit = <Option<_> as Parameter>::take(reader, "unit")?;
        let person = <Option<_> as Parameter>::take(reader, "person")?;
        match (unit, person) {
            (Some(unit), None) => Some(Self::Unit(unit)),
            (None, Some(person)) => Some(Self::Person(person)),
            (None, None) | (Some(_), Some(_)) => reader.faults.keep("/unit", Err("one_of_two")),
        }
    }
}

fn word<T: Wire>(value: &Value) -> Result<T, Reason> {
    value.as_str().ok_or("wrong_type").and_then(T::read)
}

impl<'a> Reader<'a> {
    fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.taken.push(name);
        self.asked.parameters.get(name)
    }

    fn target<Of>(&mut self, kind: &str) -> Option<Id<Of>> {
        if self.asked.kind != kind {
            self.faults.add(Fault::body("/target/kind", "unknown_word"));
        }
        self.faults.keep("/target/id", <Id<Of> as Wire>::read(&self.asked.id))
    }

    fn end(&mut self) {
        let names = self.asked.parameters.keys();
        for name in names.filter(|name| !self.taken.contains(&name.as_str())) {
            self.faults.add(Fault::body(format!("/{}", escaped(name)), "unknown_field"));
        }
    }
}

/// Spells the table.
macro_rules! explainable {
    ($($act:ident { $target:ident $(, $parameter:ident)* })+) => {
        /// The acts that can be asked about.
        #[cfg(test)]
        const EXPLAINABLE: &[&str] = &[$(stringify!($act),)+];

        fn read(reader: &mut Reader<'_>) -> Option<Question> {
            match reader.asked.act.as_str() {
                $(stringify!($act) => {
                    let $target = reader.target(<$act as Act>::RESOURCE);
                    $(let $parameter = Parameter::take(reader, stringify!($parameter));)*
                    reader.end();
                    Some(Question::about($act {
                        $target: $target?,
                        $($parameter: $parameter?,)*
                    }))
                })+
                _ => reader.faults.keep("/act", Err("unknown_word")),
            }
        }
    };
}

explainable! {
    RegisterChild { unit }
    MakeReferral { child }
    ListReferrals { unit }
    SeeReferral { referral }
    ReadReferral { referral }
    TriageReferral { referral }
    AcceptReferral { referral }
    SendConcernReport { child }
    ListConcernReports { unit }
    ReadConcernReport { report }

    OpenCase { referral }
    ReadCase { case }
    InviteParty { case, unit }
    ListInvitations { unit }
    SeeInvitation { case, unit }
    AnswerInvitation { case, unit }
    AssignStaff { case, unit }
    CloseCase { case }

    AssessMaturity { case }
    ListMaturityAssessments { case }

    AskConsent { case, kind }
    ListConsents { case }
    ReadConsent { consent }
    AnswerConsent { consent, giver }
    WithdrawConsent { consent, giver }

    WriteItem { case, unit, category }
    ListItems { case }
    ReadItem { item }
    PublishItem { item, to, ground, reasoned, harm, investigation, despite_wish }

    PreviewDisclosure { item }
    ListPublications { item }
    RevokePublication { publication }
    MarkMissent { publication }
    ListOpenings { publication }
    AddAddendum { item }
    RequestInformation { case, unit, numbered }
    ListInformationRequests { case }

    DeclareConflict { case }
    BlockItem { item, asker }
    LiftBlock { item }
    HideFromGuardian { item }
    MarkNotForGuardian { item }
    ListWheels { case }
    ListEvents { case }
    ReadChronology { case }
    ChooseEvent { item }
    WithdrawEventChoice { item }
    ReadPractice { case }
    TakePracticeStep { case }
    BarGuardian { case }

    DraftPlan { case }
    ListPlans { case }
    ReadPlanProcess { case }
    JudgeGoal { plan }
    RevisePlan { plan }
    InterruptPlan { plan }
    ClosePlan { plan }
    PreviewMeeting { plan }
    CallMeeting { plan }
    ListMeetings { plan }
    ReadMeeting { meeting }
    AnswerMeeting { meeting, invitee }
    ChangeMeeting { meeting }
    HoldMeeting { meeting }
    EvaluateMeeting { meeting, person }
    ReadPlan { plan }
    EditPlan { plan }
    WriteAction { plan, unit }
    ConfirmPlan { plan, unit }
    ActivatePlan { plan }

    BreakGlass { case, ground, reasoned }
    ListBreakGlass { agency }
    ReadBreakGlass { opening }
    ReviewBreakGlass { opening }
    ListNotices { unit }
    ReadNotice { notice }

    AskAccessExtract { child, agency, asker }
    ListAccessExtracts { agency }
    PrepareAccessExtract { extract }
    DecideAccessExtract { extract }
    ReadAccessExtract { extract }
    PrintAccessExtract { extract }

    ReadLog { agency }
    ReadTiles { agency }
    SearchLog { agency }
    ReadLogEntry { agency }
    ExportLog { agency }
    ListLogExports { agency }
    ReadLogExport { agency }
    FetchLogExport { agency }
    CancelLogExport { agency }
    DrawLogReview { agency }
    ListLogReviews { agency }
    ReadLogReview { agency }
    RecordLogFinding { agency }
    CloseLogReview { agency }
    ReportLogReviews { agency }
    DisposeLog { agency }
    ListDisposals { agency }
    ReadDecision { entry }
}

/// Acts that can't be asked about, each with the reason.
#[cfg(test)]
const UNEXPLAINED: &[(&str, &str)] = &[
    ("ReadSelf", "has no target"),
    ("ListUnits", "has no target"),
    ("ListIndicators", "has no target"),
    ("ListCases", "has no target"),
    ("ListOwnConsents", "has no target"),
    ("ListOwnPlans", "has no target"),
    ("ListOwnMeetings", "has no target"),
    ("ListOwnAccessExtracts", "has no target"),
    ("ImportRegister", "is done at the command line"),
    ("FindChild", "names nothing that the caller knows: to ask about it is to search"),
    ("BreakGlassByNumber", "as FindChild"),
    ("RemindOfReviews", "is done by the service itself"),
    ("RemindOfMeetings", "is done by the service itself"),
    ("ExplainAccess", "is the question"),
];

impl Asked {
    /// The question.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn question(&self) -> Result<Question, Faults> {
        let mut reader = Reader { asked: self, faults: Faults::default(), taken: Vec::new() };
        match read(&mut reader) {
            Some(question) if reader.faults.is_empty() => Ok(question),
            _ => Err(reader.faults),
        }
    }

    /// The same with another word for one parameter.
    pub fn with(&self, parameter: &str, word: &str) -> Self {
        let mut other = self.clone();
        other.parameters.insert(parameter.to_owned(), word.into());
        other
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::access::act;

    const ID: &str = "0192f5a0-0000-7000-8000-00000000000a";

    fn asked(act: &str, kind: &str, parameters: Value) -> Asked {
        let Value::Object(parameters) = parameters else { panic!("no object") };
        Asked { act: act.into(), kind: kind.into(), id: ID.into(), parameters }
    }

    fn faults(asked: &Asked) -> Vec<String> {
        let faults = asked.question().expect_err("faults");
        let told = faults.list().iter().map(|fault| match &fault.place {
            super::super::fault::Place::Body(pointer) => format!("{pointer} {}", fault.reason),
            super::super::fault::Place::Parameter(name) => (*name).to_owned(),
        });
        told.collect()
    }

    #[test]
    fn every_act_can_be_asked_about_or_has_a_reason_why_not() {
        let explained = EXPLAINABLE.iter().copied();
        let named = UNEXPLAINED.iter().map(|(act, _)| *act);
        let all: Vec<&str> = explained.chain(named).collect();
        let once: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(once.len(), all.len(), "an act stands in one of the lists, and once");
        let known: BTreeSet<&str> = act::ALL.iter().map(|(name, ..)| *name).collect();
        let missing: Vec<_> = known.difference(&once).collect();
        assert!(missing.is_empty(), "neither explained nor named: {missing:?}");
        let gone: Vec<_> = once.difference(&known).collect();
        assert!(gone.is_empty(), "no act: {gone:?}");
    }

    #[test]
    fn a_question_names_the_act_its_target_and_what_the_act_says() {
        let question = asked(
            "PublishItem",
            "Item",
            json!({ "unit": ID, "ground": "CHILD_H", "reasoned": true }),
        );
        assert!(question.with("ground", "HARM_TEST").with("harm", "no_harm").question().is_ok());
        let question = question.question().expect("a question");
        assert_eq!(question.act(), "PublishItem");
        assert_eq!(question.target().kind, "Item");
        assert_eq!(question.target().id.map(|id| id.to_string()), Some(ID.to_owned()));
        assert!(asked("ReadItem", "Item", json!({})).question().is_ok());
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let body = json!({ "unit": 7, "ground": "BECAUSE", "reasoned": "yes", "x/y": 1 });
        let mut wrong = asked("PublishItem", "Case", body);
        wrong.id = "1".to_owned();
        let told: BTreeSet<String> = faults(&wrong).into_iter().collect();
        let expected = [
            "/ground unknown_word",
            "/reasoned wrong_type",
            "/target/id not_an_id",
            "/target/kind unknown_word",
            "/unit wrong_type",
            "/x~1y unknown_field",
        ];
        assert_eq!(told, expected.map(str::to_owned).into());
        assert_eq!(faults(&asked("ReadSelf", "Directory", json!({}))), ["/act unknown_word"]);
        let missing = asked("InviteParty", "Case", json!({}));
        assert_eq!(faults(&missing), ["/unit missing"]);
        for recipients in [json!({}), json!({ "unit": ID, "person": ID })] {
            let to = asked("PublishItem", "Item", recipients).with("ground", "CONSENT");
            assert_eq!(faults(&to), ["/unit one_of_two"]);
        }
    }
}

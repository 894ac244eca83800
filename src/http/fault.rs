//! What is wrong with a request's fields, all of it at once.
//!
//! **Invariant:** a fault names a field and never repeats what was written in it.

/// A stable word for what is wrong with a value.
pub type Reason = &'static str;

/// The reasons that this room itself gives, or the domain when it reads a body; the casework adds its
/// own.
#[cfg(test)]
pub const REASONS: [Reason; 39] = [
    "asked_by_rule",
    "control_character",
    "empty",
    "ends_before_it_begins",
    "for_the_childs_voice",
    "identity_number_century",
    "identity_number_check_digit",
    "identity_number_day",
    "identity_number_interim",
    "identity_number_length",
    "identity_number_letter",
    "identity_number_no_century",
    "identity_number_signs",
    "known_after_all",
    "missing",
    "not_a_cursor",
    "not_a_date",
    "not_a_key",
    "not_a_language",
    "not_a_seed",
    "not_a_time",
    "not_a_version",
    "not_an_id",
    "not_considered",
    "not_for_emergencies",
    "not_for_this_kind",
    "not_of_this_side",
    "not_on_this_axis",
    "number_out_of_range",
    "one_of_two",
    "proves_whole_periods",
    "repeated",
    "too_deep",
    "too_few",
    "too_long",
    "too_many",
    "unknown_field",
    "unknown_word",
    "wrong_type",
];

/// The most faults that are told at once.
const FAULTS_MAX: usize = 50;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub reason: Reason,
    /// The limit that was passed, where it is one.
    pub limit: Option<u64>,
}

/// Where in a request something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the body, as a JSON pointer (RFC 6901).
    Body(String),
    /// A parameter of the query, or a header field.
    Parameter(&'static str),
}

/// Everything that is wrong with one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// The faults, in the order in which they were found.
    pub fn list(&self) -> &[Fault] {
        &self.0
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes a fault; past fifty, no more.
    pub fn add(&mut self, fault: Fault) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(fault);
        }
    }

    /// The value, or nothing and a fault at `pointer`.
    pub fn keep<T>(&mut self, pointer: impl Into<String>, read: Result<T, Reason>) -> Option<T> {
        read.map_err(|reason| self.add(Fault::body(pointer, reason))).ok()
    }

    /// What stands in a field that may be left out: `Some(None)` when it is left out, `None` when
    /// it is wrong.
    pub fn keep_optional<T>(
        &mut self,
        pointer: impl Into<String>,
        read: Option<Result<T, Reason>>,
    ) -> Option<Option<T>> {
        match read {
            None => Some(None),
            Some(read) => self.keep(pointer, read).map(Some),
        }
    }

    /// Each item of a list at `pointer`, read by `read` with its own pointer; nothing if one of
    /// them is wrong.
    pub fn each<T, R>(
        &mut self,
        pointer: &str,
        items: impl IntoIterator<Item = T>,
        mut read: impl FnMut(&mut Self, &str, T) -> Option<R>,
    ) -> Option<Vec<R>> {
        let read: Vec<Option<R>> = items
            .into_iter()
            .enumerate()
            .map(|(at, item)| read(self, &format!("{pointer}/{at}"), item))
            .collect();
        read.into_iter().collect()
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl Fault {
    /// A fault in the body at `pointer`.
    pub fn body(pointer: impl Into<String>, reason: Reason) -> Self {
        Self { place: Place::Body(pointer.into()), reason, limit: None }
    }

    /// A fault of the query's parameter, or the header field, `name`.
    pub fn parameter(name: &'static str, reason: Reason) -> Self {
        Self { place: Place::Parameter(name), reason, limit: None }
    }

    /// The same, past `limit`.
    pub fn past(self, limit: usize) -> Self {
        Self { limit: u64::try_from(limit).ok(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_item_is_told_and_the_list_is_not_kept() {
        let mut faults = Faults::default();
        let read = |faults: &mut Faults, at: &str, text: &str| {
            faults.keep(at, text.parse::<u8>().map_err(|_| "wrong_type"))
        };
        assert_eq!(faults.each("/a", ["1", "2"], read), Some(vec![1, 2]));
        assert!(faults.is_empty());
        assert_eq!(faults.each("/a", ["x", "2", "y"], read), None);
        let told: Vec<_> = faults.list().iter().map(|fault| fault.place.clone()).collect();
        assert_eq!(told, [Place::Body("/a/0".into()), Place::Body("/a/2".into())]);
    }

    #[test]
    fn a_field_left_out_is_no_fault() {
        let mut faults = Faults::default();
        assert_eq!(faults.keep_optional::<u8>("/a", None), Some(None));
        assert_eq!(faults.keep_optional("/a", Some(Ok(1))), Some(Some(1)));
        assert!(faults.is_empty());
        assert_eq!(faults.keep_optional::<u8>("/a", Some(Err("empty"))), None);
        assert_eq!(faults.list().len(), 1);
    }

    #[test]
    fn no_more_than_fifty_are_told() {
        let mut faults = Faults::default();
        for _ in 0..60 {
            faults.add(Fault::body("/a", "empty"));
        }
        assert_eq!(faults.list().len(), FAULTS_MAX);
    }
}

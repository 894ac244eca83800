//! The checked-in list of doors, and what may be found wrong with it.

use std::collections::BTreeSet;
use std::fmt;

/// Callers who have no part in the child's case, in the order of the list's columns.
pub const OUTSIDERS: [&str; 5] = ["nobody", "stranger", "citizen", "auditor", "elsewhere"];

/// What stands for a door that is outside the ledger, and for a door without a permitted caller.
const NONE: &str = "-";

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Method and path pattern.
    pub door: Door,
    /// The act that it leads to; none outside the ledger.
    pub act: Option<String>,
    /// The status for each of [`OUTSIDERS`].
    pub outside: [u16; OUTSIDERS.len()],
    /// Somebody who is let in, by username, and the status.
    pub inside: Option<(String, u16)>,
}

/// A method and a path pattern, as the interface's description writes them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Door {
    /// In capital letters.
    pub method: String,
    /// With `{name}` where an id stands.
    pub path: String,
}

/// Reads the list. Empty lines and what follows `#` don't count.
pub fn read(list: &str) -> Result<Vec<Row>, String> {
    let lines = list.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(Row::read).collect()
}

/// What keeps the list and the interface apart: a door without a line, a line without a door, a
/// door with two.
pub fn differences(rows: &[Row], doors: &BTreeSet<Door>) -> Vec<String> {
    let mut listed = BTreeSet::new();
    let twice = rows.iter().filter(|row| !listed.insert(row.door.clone()));
    let twice: Vec<String> = twice.map(|row| format!("{} stands twice", row.door)).collect();
    let unlisted = doors.difference(&listed).map(|door| format!("{door} is not in the list"));
    let gone = listed.difference(doors).map(|door| format!("{door} is in the list only"));
    twice.into_iter().chain(unlisted).chain(gone).collect()
}

impl Row {
    fn read(line: &str) -> Result<Self, String> {
        let fault = || format!("not a line of the list: {line}");
        let mut words = line.split_whitespace();
        let mut word = || words.next().ok_or_else(fault);
        let (method, path, act) = (word()?.to_owned(), word()?.to_owned(), word()?.to_owned());
        let mut outside = [0; OUTSIDERS.len()];
        for status in &mut outside {
            *status = word()?.parse().map_err(|_| fault())?;
        }
        let inside = match word()? {
            NONE => None,
            who => Some((who.to_owned(), word()?.parse().map_err(|_| fault())?)),
        };
        match words.next() {
            Some(_) => Err(fault()),
            None => Ok(Self {
                door: Door { method, path },
                act: Some(act).filter(|act| act != NONE),
                outside,
                inside,
            }),
        }
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "
        # Method, path, act, statuses
        GET /v1/me ReadSelf 401 200 200 200 200 teamet 200
        GET /health/live - 204 204 204 204 204 - # no ledger
    ";

    fn door(method: &str, path: &str) -> Door {
        Door { method: method.to_owned(), path: path.to_owned() }
    }

    #[test]
    fn a_list_that_matches_the_interface_has_no_differences() {
        let rows = read(LIST).expect("a list");
        assert_eq!(rows[0].inside, Some(("teamet".to_owned(), 200)));
        assert_eq!((rows[1].act.as_deref(), rows[1].inside.as_ref()), (None, None));
        let doors = [door("GET", "/v1/me"), door("GET", "/health/live")].into();
        assert_eq!(differences(&rows, &doors), [] as [String; 0]);
    }

    #[test]
    fn a_door_without_a_line_a_line_without_a_door_and_a_second_line_are_found() {
        let list = format!("{LIST}\nGET /v1/me ReadSelf 401 200 200 200 200 -");
        let rows = read(&list).expect("a list");
        let doors = [door("GET", "/v1/me"), door("POST", "/v1/me")].into();
        assert_eq!(
            differences(&rows, &doors),
            [
                "GET /v1/me stands twice",
                "POST /v1/me is not in the list",
                "GET /health/live is in the list only",
            ]
        );
    }

    #[test]
    fn a_line_that_says_too_little_or_too_much_is_refused() {
        for line in [
            "GET /v1/me ReadSelf 401 200 200 200",
            "GET /v1/me ReadSelf 401 200 200 200 200",
            "GET /v1/me ReadSelf 401 200 200 200 200 teamet",
            "GET /v1/me ReadSelf 401 200 200 200 200 - 200",
            "GET /v1/me ReadSelf 401 200 200 200 many - ",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}

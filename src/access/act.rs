//! The acts: everything that anybody can ask of the service, one type each.
//!
//! **Invariant:** an act names its target and nothing else decides what it touches.

use uuid::Uuid;

use crate::domain::ids::{PersonId, UnitId};

/// Whether an act only looks or also changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It shows; its entry goes through the appender.
    Reads,
    /// It changes; its entry stands in the same transaction.
    Changes,
}

/// What an act is aimed at, as the ledger and the policies name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The Cedar entity type, for example `Item`.
    pub kind: &'static str,
    /// Which one; `None` for an act on a whole, such as the directory.
    pub id: Option<Uuid>,
}

/// Something that an actor wants to do.
pub trait Act: Clone + Send + Sync + 'static {
    /// Its name in the ledger, in the policies and in the access matrix.
    const NAME: &'static str;
    /// The kind of its target: the Cedar entity type of the resource.
    const RESOURCE: &'static str;
    /// Whether it changes anything.
    const REACH: Reach;
    /// The word for it in an access log (Inera log service, `activityType`, and four of our own).
    const WORD: &'static str;
    /// The id of its target.
    fn target_id(&self) -> Option<Uuid>;

    /// Its target.
    fn target(&self) -> Target {
        Target { kind: Self::RESOURCE, id: self.target_id() }
    }
}

/// To whom an item is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Staff of a unit who are assigned to the case.
    Unit(UnitId),
    /// A guardian or the child.
    Person(PersonId),
}

/// Spells an act: its fields, and the five facts that [`Act`] asks for.
macro_rules! acts {
    ($($(#[$meta:meta])* $reach:ident $word:literal $name:ident($resource:ident $(= $id:ident)?) {
        $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
    })+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug)]
            pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }

            impl Act for $name {
                const NAME: &'static str = stringify!($name);
                const RESOURCE: &'static str = stringify!($resource);
                const REACH: Reach = Reach::$reach;
                const WORD: &'static str = $word;
                fn target_id(&self) -> Option<Uuid> { acts!(@id self $($id)?) }
            }
        )+

        /// The acts of this file.
        pub(super) const HERE: &[super::Row] =
            &[$((stringify!($name), stringify!($resource), Reach::$reach, $word),)+];
    };
    (@id $self:ident $id:ident) => { Some($self.$id.uuid()) };
    (@id $self:ident) => { None };
}

/// The log's word for the act of this name, if there is one.
pub fn word_of(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(act, ..)| *act == name).map(|(.., word)| *word)
}

mod all;
mod assessment;
mod extracts;
mod logs;
mod plan_process;

pub use all::*;
pub use assessment::*;
pub use extracts::*;
pub use logs::*;
pub use plan_process::*;

/// An act's name, its resource's type, whether it changes anything, its log word.
pub type Row = (&'static str, &'static str, Reach, &'static str);

/// Every act.
pub const ALL: &[Row] = &joined::<{ counted(FILES) }>(FILES);

const FILES: &[&[Row]] =
    &[all::HERE, assessment::HERE, extracts::HERE, logs::HERE, plan_process::HERE];

const fn counted(files: &[&[Row]]) -> usize {
    let (mut file, mut count) = (0, 0);
    while file < files.len() {
        count += files[file].len();
        file += 1;
    }
    count
}

const fn joined<const COUNT: usize>(files: &[&[Row]]) -> [Row; COUNT] {
    let mut rows = [files[0][0]; COUNT];
    let (mut file, mut row, mut count) = (0, 0, 0);
    while file < files.len() {
        while row < files[file].len() {
            rows[count] = files[file][row];
            count += 1;
            row += 1;
        }
        (file, row) = (file + 1, 0);
    }
    rows
}

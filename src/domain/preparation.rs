//! What is prepared before a meeting about a plan. Most of the work is.

use super::text::codes;

codes! {
    /// One thing to prepare.
    PreparationItem {
        /// The child was told what the meeting is for, in a way that it understands (SoL 3:2).
        ChildInformed => "child_informed",
        /// The child was asked what matters to it, and whether and how it wants to take part.
        ChildAsked => "child_asked",
        /// The guardians were told and asked.
        GuardiansInformed => "guardians_informed",
        /// The consents that the call needs are asked for.
        ConsentsAsked => "consents_asked",
        /// The family has said whom it wants to meet, and whom not.
        ParticipantsAgreed => "participants_agreed",
        /// The question that the meeting shall answer is agreed on.
        KeyQuestionAgreed => "key_question_agreed",
        /// Whether an interpreter is needed, and if so, one is ordered.
        InterpreterConsidered => "interpreter_considered",
        /// Time and place suit the child.
        PlaceSuits => "place_suits",
        /// What those who come must know beforehand is gathered.
        MaterialGathered => "material_gathered",
        /// Somebody leads the meeting, and somebody writes.
        RolesAgreed => "roles_agreed",
    }
}

//! The way to the solver.
//!
//! **Invariant:** what the solver doesn't answer is never taken for proved.

use std::io;
use std::time::Duration;

use cedar_policy_symcc::err::Error;
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicy, CompiledPolicySet, Env};
use tokio::process::Command;
use tokio::runtime::Runtime;

use crate::example::Question;
use crate::fault::Fault;

/// How long the solver may think about one question.
const MILLISECONDS_MAX: u64 = 60_000;
/// How much longer to wait for its answer.
const GRACE: Duration = Duration::from_secs(5);

/// Translates rules for a solver of our own.
type Compiler = CedarSymCompiler<LocalSolver>;

/// Asks the solver.
pub struct Prover {
    runtime: Runtime,
    compiler: Compiler,
    asked: usize,
}

/// What the solver says of a question whether something can be.
#[derive(Debug)]
pub enum Answer {
    /// It can't be, for any request.
    Never,
    /// It can, for example so.
    Sometimes(Box<Question>),
    /// The solver gave up.
    Unknown(String),
}

impl Prover {
    /// Starts the solver.
    ///
    /// # Errors
    /// [`Fault::NoSolver`] if there is none.
    pub fn start() -> Result<Self, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let compiler = runtime.block_on(async { solver() })?;
        Ok(Self { runtime, compiler, asked: 0 })
    }

    /// How many questions were asked.
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// Can `set` permit anything?
    pub fn permits(&mut self, set: &CompiledPolicySet) -> Result<Answer, Fault> {
        self.ask(async |compiler| compiler.check_always_denies_with_counterexample_opt(set).await)
    }

    /// Can `one` permit what `other` doesn't?
    pub fn permits_beyond(
        &mut self,
        one: &CompiledPolicySet,
        other: &CompiledPolicySet,
    ) -> Result<Answer, Fault> {
        self.ask(async |compiler| compiler.check_implies_with_counterexample_opt(one, other).await)
    }

    /// Can both permit the same?
    pub fn both_permit(
        &mut self,
        one: &CompiledPolicySet,
        other: &CompiledPolicySet,
    ) -> Result<Answer, Fault> {
        self.ask(async |compiler| compiler.check_disjoint_with_counterexample_opt(one, other).await)
    }

    /// Can `policy` fail?
    pub fn fails(&mut self, policy: &CompiledPolicy) -> Result<Answer, Fault> {
        self.ask(async |compiler| compiler.check_never_errors_with_counterexample_opt(policy).await)
    }

    fn ask(
        &mut self,
        question: impl AsyncFnOnce(&mut Compiler) -> Result<Option<Env>, Error>,
    ) -> Result<Answer, Fault> {
        self.asked += 1;
        let wait = Duration::from_millis(MILLISECONDS_MAX) + GRACE;
        let compiler = &mut self.compiler;
        let answer =
            self.runtime.block_on(async { tokio::time::timeout(wait, question(compiler)).await });
        match answer {
            Ok(Ok(None)) => Ok(Answer::Never),
            Ok(Ok(Some(env))) => Ok(Answer::Sometimes(Box::new((env.request, env.entities)))),
            Ok(Err(Error::SolverUnknown)) => Ok(Answer::Unknown("the solver doesn't know".into())),
            Ok(Err(Error::SolverError(error))) => {
                self.restart()?;
                Ok(Answer::Unknown(error.to_string()))
            }
            Ok(Err(error)) => Err(Fault::Solver(error.to_string())),
            Err(_) => {
                self.restart()?;
                Ok(Answer::Unknown("the solver took too long".into()))
            }
        }
    }

    fn restart(&mut self) -> Result<(), Fault> {
        self.compiler = self.runtime.block_on(async { solver() })?;
        Ok(())
    }
}

/// A solver of its own, which ends with us.
fn solver() -> Result<Compiler, Fault> {
    let program = std::env::var("CVC5").unwrap_or_else(|_| "cvc5".to_owned());
    let missing = |why: io::Error| Fault::NoSolver { program: program.clone(), why };
    let mut command = Command::new(&program);
    command.args(["--lang", "smt"]).arg(format!("--tlimit-per={MILLISECONDS_MAX}"));
    command.kill_on_drop(true);
    let solver = LocalSolver::from_command(&mut command).map_err(|error| match error {
        cedar_policy_symcc::solver::SolverError::Io(why) => missing(why),
        other => Fault::Solver(other.to_string()),
    })?;
    CedarSymCompiler::new(solver).map_err(|error| Fault::Solver(error.to_string()))
}

/// Cedar's symbolic form of policies, or why there is none.
pub(crate) fn compiled<T>(place: &str, result: Result<T, Error>) -> Result<T, Fault> {
    result.map_err(|error| match error {
        Error::PolicyNotWellTyped { errs } => {
            let errors: Vec<_> = errs.iter().map(ToString::to_string).collect();
            Fault::wrong(place, errors.join("; "))
        }
        error => Fault::wrong(place, error),
    })
}

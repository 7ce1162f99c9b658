//! The command as users and scripts see it: arguments in; standard output, files and an exit code out.

mod bad_arguments;
mod bad_input;
mod flows;
mod folders;
mod harness;
mod inspect;
mod readme;
mod results;
mod verbs;

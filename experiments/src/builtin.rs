//! The experiments that ship with siplab.

use topologies::text::Document;

/// An experiment that is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its name, without `.ron`.
    pub name: &'static str,
    /// What it is, in a line.
    pub summary: &'static str,
    source: &'static str,
}

impl Builtin {
    /// Its text, under the name `NAME.ron`.
    pub fn document(&self) -> Document {
        Document::new(format!("{}.ron", self.name), self.source)
    }
}

/// All experiments that are built in, in the order of their names.
pub fn builtins() -> &'static [Builtin] {
    &BUILTINS
}

/// The text of the built-in experiment called `name`, without `.ron`: what ends so is the path of a file.
pub fn builtin(name: &str) -> Option<Document> {
    BUILTINS.iter().find(|builtin| builtin.name == name).map(Builtin::document)
}

const BUILTINS: [Builtin; 9] = [
    Builtin {
        name: "compression-over-radio",
        summary: "SigComp between terminal and proxy: delay, octets, calls that a channel carries",
        source: include_str!("../compression-over-radio.ron"),
    },
    Builtin {
        name: "loss-oracle",
        summary: "retransmissions over loss against the exact laws of RFC 3261",
        source: include_str!("../loss-oracle.ron"),
    },
    Builtin {
        name: "national-calls",
        summary: "routing strategies of a national network at the same total CPU",
        source: include_str!("../national-calls.ron"),
    },
    Builtin {
        name: "national-failover",
        summary: "a regional proxy dies and returns: without and with backups in the DNS",
        source: include_str!("../national-failover.ron"),
    },
    Builtin {
        name: "queue-oracle",
        summary: "the model of host processors against queueing theory",
        source: include_str!("../queue-oracle.ron"),
    },
    Builtin {
        name: "rfc3322-setup",
        summary: "a call set-up over narrow radio as in RFC 3322, and compression",
        source: include_str!("../rfc3322-setup.ron"),
    },
    Builtin {
        name: "rfc3665",
        summary: "the call flows of RFC 3665, message by message and octet by octet",
        source: include_str!("../rfc3665.ron"),
    },
    Builtin {
        name: "smoke",
        summary: "a little of everything in ten seconds",
        source: include_str!("../smoke.ron"),
    },
    Builtin {
        name: "srv-failover",
        summary: "what dead, refusing and overloaded servers cost, against the law of RFC 3263",
        source: include_str!("../srv-failover.ron"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use topologies::text::NoFiles;

    #[test]
    fn every_builtin_makes_a_plan_under_its_own_name() {
        for builtin in builtins() {
            let plan = Plan::load(&builtin.document(), &[], &NoFiles)
                .unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
            assert_eq!(plan.experiment.name, builtin.name);
        }
        assert!(builtins().is_sorted_by_key(|builtin| builtin.name));
    }

    #[test]
    fn the_loss_oracle_tries_a_hundred_thousand_times_in_each_cell() {
        let plan = Plan::load(&builtin("loss-oracle").unwrap(), &[], &NoFiles).unwrap();
        let crate::schema::Calls::LossProbe { trials, .. } = plan.experiment.workload.calls else { panic!() };
        assert!(trials * u64::from(plan.replications().most()) >= 100_000);
        assert!(plan.cells.iter().all(|cell| crate::theory::loss_law(cell).is_some()));
    }
}

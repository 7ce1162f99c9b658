//! Makes plans: applies overrides and factors, loads networks and tables, collects what is wrong.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use records::FactorLevel;
use sha2::{Digest, Sha256};
use topologies::Topology;
use topologies::text::{Diagnostic, Diagnostics, Document, FileError, Files};

use super::attachments::{Attachments, Recorder};
use super::cell::CellConfig;
use super::check;
use super::edit::{Edit, Edited, Override, moved};
use super::levels::{self, Level};
use super::{CELLS_MAX, Plan, RUNS_MAX};
use crate::schema::{Experiment, TopologySource};

/// Reads what experiments name, once each.
pub(super) struct Loader<'a> {
    files: Recorder<'a>,
    attachments: Attachments,
    /// By the file's name and what is changed in it: a factor leaves most cells the same network.
    networks: BTreeMap<(String, Vec<Edit>), Arc<Topology>>,
}

/// An experiment with its network.
struct Loaded {
    experiment: Experiment,
    topology: Option<Arc<Topology>>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Loader<'a> {
        Loader { files: Recorder::new(files), attachments: Attachments::default(), networks: BTreeMap::new() }
    }

    pub(super) fn plan(mut self, original: &Document, overrides: &[Override]) -> Result<Plan, Diagnostics> {
        let written: Experiment = original.parse()?;
        count_cells(&written, original)?;
        let base = self.override_each(original, overrides)?;
        count_cells(&base.document.parse()?, &base.document)?;
        let experiment = self.load(&base)?.experiment;
        let levels: Vec<(Vec<Level>, String)> = experiment.factors.iter().map(levels::of).collect();
        self.try_each_value(&experiment, &base)?;
        let (factors, levels) = named(&experiment, levels);
        let loaded = self.load_cells(&experiment, &base)?;
        let identity = self.identity(&base);
        let attachments = Arc::new(self.attachments);
        let cells = loaded.into_iter().enumerate().map(|(i, (at, loaded))| CellConfig {
            index: u32::try_from(i).expect("the number of cells is limited"),
            levels: at.iter().zip(&levels).zip(&factors).map(|((&at, l), f)| level(f, &l[at])).collect(),
            experiment: loaded.experiment,
            topology: loaded.topology,
            attachments: Arc::clone(&attachments),
        });
        Ok(Plan {
            cells: cells.collect(),
            document: base.document,
            original: original.clone(),
            overrides: overrides.to_vec(),
            experiment,
            factors,
            levels,
            identity,
        })
    }

    /// The text with all overrides. A mistake is blamed on the option that brought it in.
    fn override_each(&mut self, original: &Document, overrides: &[Override]) -> Result<Edited, Diagnostics> {
        let mut edited = Edited::new(original.clone());
        for one in overrides {
            self.find_in_topology(&edited, one.edit()).map_err(|inner| one.blame_path(&inner))?;
            edited = edited.with(one.edit()).map_err(|inner| one.blame_path(&inner))?;
            let experiment: Experiment =
                edited.document.parse().map_err(|inner| one.blame(&inner, &edited.document))?;
            if one.path().starts_with("topology.") {
                self.network(&experiment, &edited).map_err(|inner| blame_each(one, inner))?;
            }
        }
        Ok(edited)
    }

    /// Tries each value of each factor by itself, so that a mistake is shown where the value stands.
    fn try_each_value(&mut self, experiment: &Experiment, base: &Edited) -> Result<(), Diagnostics> {
        let mut wrong = Diagnostics::new();
        for (i, factor) in experiment.factors.iter().enumerate() {
            for (j, value) in factor.values.iter().enumerate() {
                let edit = Edit { path: factor.set.clone(), value: value.text().to_owned() };
                let found = self.find_in_topology(base, &edit).and_then(|()| base.with(&edit));
                let edited = match found {
                    Ok(edited) => edited,
                    Err(inner) => {
                        wrong.push(moved(&inner, &base.document.at(&format!("factors.{i}.set"))));
                        break;
                    }
                };
                if let Err(inner) = self.load(&edited) {
                    let place = base.document.at(&format!("factors.{i}.values.{j}"));
                    inner.into_iter().for_each(|inner| wrong.push(moved(&inner, &place)));
                }
            }
        }
        wrong.into_result(())
    }

    /// Every cell with the position of its level in each factor. A mistake that only a combination makes is shown at
    /// the factors, with the cell that has it.
    fn load_cells(
        &mut self,
        experiment: &Experiment,
        base: &Edited,
    ) -> Result<Vec<(Vec<usize>, Loaded)>, Diagnostics> {
        let mut cells = Vec::new();
        for at in combinations(experiment) {
            let mut edited = base.clone();
            for (factor, &level) in experiment.factors.iter().zip(&at) {
                let edit = Edit { path: factor.set.clone(), value: factor.values[level].text().to_owned() };
                edited = edited.with(&edit)?;
            }
            let loaded = self.load(&edited).map_err(|inner| {
                let values: Vec<&str> =
                    experiment.factors.iter().zip(&at).map(|(f, &l)| f.values[l].text()).collect();
                let place = base.document.at("factors");
                let said = inner.into_iter().map(|one| {
                    moved(&one, &place).note(format!("in cell {}: {}", cells.len(), values.join(", ")))
                });
                said.fold(Diagnostics::new(), |mut all, one| {
                    all.push(one);
                    all
                })
            })?;
            cells.push((at, loaded));
        }
        Ok(cells)
    }

    /// The experiment of a text, with its network, checked.
    fn load(&mut self, edited: &Edited) -> Result<Loaded, Diagnostics> {
        let experiment: Experiment = edited.document.parse()?;
        let topology = self.network(&experiment, edited)?;
        let scope = check::Scope {
            experiment: &experiment,
            topology: topology.as_deref(),
            document: &edited.document,
            files: &self.files,
            places: Cell::new(0),
        };
        check::experiment(&scope, &mut self.attachments).into_result(())?;
        Ok(Loaded { experiment, topology })
    }

    fn network(
        &mut self,
        experiment: &Experiment,
        edited: &Edited,
    ) -> Result<Option<Arc<Topology>>, Diagnostics> {
        let name = match &experiment.topology {
            None => return Ok(None),
            Some(TopologySource::Inline(file)) => {
                let topology = Topology::resolve(file, &edited.document, "topology", &self.files)?;
                return Ok(Some(Arc::new(topology)));
            }
            Some(TopologySource::File(name)) => name,
        };
        let key = (name.clone(), edited.topology.clone());
        if let Some(topology) = self.networks.get(&key) {
            return Ok(Some(Arc::clone(topology)));
        }
        let mut document =
            self.topology_text(name).map_err(|error| absent(&edited.document, name, &error))?;
        for edit in &edited.topology {
            document = document.splice(&edit.path, &edit.value)?;
        }
        let topology = Arc::new(Topology::load(&document, &self.files)?);
        self.networks.insert(key, Arc::clone(&topology));
        Ok(Some(topology))
    }

    /// That the path of an edit leads somewhere in the text of a topology, if it goes there.
    fn find_in_topology(&mut self, edited: &Edited, edit: &Edit) -> Result<(), Diagnostic> {
        let Some(path) = edit.path.strip_prefix("topology.") else { return Ok(()) };
        let Some(TopologySource::File(name)) = edited.document.parse::<Experiment>()?.topology else {
            return Ok(());
        };
        // A topology that is not there is reported with the experiment.
        let Ok(document) = self.topology_text(&name) else { return Ok(()) };
        document.splice(path, &edit.value).map(|_| ()).map_err(|mut inner| {
            inner.problem = inner.problem.replacen("path `", "path `topology.", 1);
            inner
        })
    }

    /// The text of a topology: of a file beside the experiment, else a built-in one.
    fn topology_text(&self, name: &str) -> Result<Document, FileError> {
        match self.files.read(name) {
            Ok(text) => Ok(Document::new(name, text)),
            Err(error @ FileError::Absent(_)) => {
                let document = topologies::builtin(name).ok_or(error)?;
                self.files.note(name, document.source());
                Ok(document)
            }
            Err(error) => Err(error),
        }
    }

    /// See [`Plan::identity`].
    fn identity(&self, base: &Edited) -> String {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        part(env!("CARGO_PKG_VERSION"));
        // How often a cell runs does not change its runs: an experiment can be resumed with more of them.
        let once = base.document.splice("replications", "1");
        part(once.as_ref().unwrap_or(&base.document).source());
        for edit in &base.topology {
            part(&edit.path);
            part(&edit.value);
        }
        for (name, text) in self.files.texts() {
            part(&name);
            part(&text);
        }
        crate::output::hexadecimal(&hash.finalize())
    }
}

fn blame_each(one: &Override, inner: Diagnostics) -> Diagnostics {
    inner.into_iter().fold(Diagnostics::new(), |mut all, inner| {
        all.push(one.blame_value(&inner));
        all
    })
}

fn absent(document: &Document, name: &str, error: &FileError) -> Diagnostic {
    let builtins: Vec<String> =
        topologies::builtins().iter().map(|builtin| format!("{}.ron", builtin.name)).collect();
    document
        .at("topology")
        .problem(format!("topology: {error}"))
        .allow(builtins.iter().map(|name| format!("file(\"{name}\")")))
        .suggest(name, builtins.iter().map(String::as_str))
}

/// Refuses a plan of too many cells or runs before anything is multiplied out.
fn count_cells(experiment: &Experiment, document: &Document) -> Result<u64, Diagnostic> {
    let cells = experiment
        .factors
        .iter()
        .try_fold(1u64, |cells, factor| cells.checked_mul(factor.values.len() as u64));
    let Some(cells) = cells.filter(|cells| *cells <= CELLS_MAX) else {
        let count = cells.map_or_else(|| "more than 2^64".to_owned(), |cells| cells.to_string());
        return Err(document
            .at("factors")
            .problem(format!("the factors make {count} cells; at most {CELLS_MAX} are allowed")));
    };
    let runs = cells * u64::from(experiment.replications.most());
    if runs > RUNS_MAX {
        let problem = format!("cells × replications make {runs} runs; at most {RUNS_MAX} are allowed");
        return Err(document.at("replications").problem(problem));
    }
    Ok(cells)
}

/// The position of a level in each factor, for each cell: the last factor varies fastest.
fn combinations(experiment: &Experiment) -> Vec<Vec<usize>> {
    experiment.factors.iter().fold(vec![Vec::new()], |cells, factor| {
        let extend = |cell: &Vec<usize>, level| [cell.as_slice(), &[level]].concat();
        cells.iter().flat_map(|cell| (0..factor.values.len()).map(move |level| extend(cell, level))).collect()
    })
}

fn named(
    experiment: &Experiment,
    levels: Vec<(Vec<Level>, String)>,
) -> (Vec<records::Factor>, Vec<Vec<Level>>) {
    let factors = experiment.factors.iter().zip(&levels).map(|(factor, (levels, unit))| records::Factor {
        name: factor.name.clone(),
        unit: unit.clone(),
        labels: levels.iter().map(|level| level.label.clone()).collect(),
        values: levels.iter().map(|level| level.value).collect::<Option<_>>().unwrap_or_default(),
    });
    (factors.collect(), levels.iter().map(|(levels, _)| levels.clone()).collect())
}

fn level(factor: &records::Factor, level: &Level) -> FactorLevel {
    FactorLevel { factor: factor.name.clone(), label: level.label.clone(), value: level.value }
}

//! What an operator may set: narrower limits and a few choices. Unknown keys are errors that name the key.

use crate::limits;
use crate::rules::Rules;
use core::time::Duration;
use serde::Deserialize;

/// The pipeline's settings of one region.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Sources asked for one question.
    pub portfolio_max: usize,
    /// Connections one question may have open.
    pub connections_max: usize,
    /// Candidates whose connectors are asked for a bid.
    pub candidates_max: usize,
    /// A connector that is less sure is not asked.
    pub bid_min: f32,
    /// Time for the sources when the asker says nothing.
    pub gather_budget: Duration,
    /// Requests are sent once more when they take long.
    pub hedge: bool,
    /// Where the region stands, and what may be asked and kept there; `[region]` of a configuration file.
    pub rules: Rules,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            portfolio_max: limits::PORTFOLIO_MAX,
            connections_max: limits::CONNECTIONS_MAX,
            candidates_max: limits::CANDIDATES_MAX,
            bid_min: limits::BID_MIN,
            gather_budget: limits::GATHER_BUDGET,
            hedge: true,
            rules: Rules::default(),
        }
    }
}

/// The `[pipeline]` table of a configuration file: every key may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsTable {
    portfolio_max: Option<usize>,
    connections_max: Option<usize>,
    candidates_max: Option<usize>,
    bid_min: Option<f32>,
    gather_budget_ms: Option<u64>,
    hedge: Option<bool>,
}

impl SettingsTable {
    /// The settings with this table laid over them.
    ///
    /// # Errors
    /// Names the key whose value is out of its range.
    pub fn over(self, base: &Settings) -> Result<Settings, String> {
        let at_most = |key: &str, value: Option<usize>, otherwise: usize, most: usize| match value {
            Some(value) if value == 0 || value > most => Err(format!("`{key}` must be from 1 to {most}, not {value}")),
            value => Ok(value.unwrap_or(otherwise)),
        };
        let bid_min = self.bid_min.unwrap_or(base.bid_min);
        if !(0.0..=1.0).contains(&bid_min) {
            return Err(format!("`bid_min` must be from 0 to 1, not {bid_min}"));
        }
        let gather_budget = self.gather_budget_ms.map_or(base.gather_budget, Duration::from_millis);
        if gather_budget > limits::GATHER_BUDGET_MAX {
            return Err(format!("`gather_budget_ms` must be at most {}", limits::GATHER_BUDGET_MAX.as_millis()));
        }
        Ok(Settings {
            portfolio_max: at_most("portfolio_max", self.portfolio_max, base.portfolio_max, limits::CANDIDATES_MAX)?,
            connections_max: at_most("connections_max", self.connections_max, base.connections_max, 1024)?,
            candidates_max: at_most("candidates_max", self.candidates_max, base.candidates_max, 4096)?,
            bid_min,
            gather_budget,
            hedge: self.hedge.unwrap_or(base.hedge),
            rules: base.rules.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_narrows_and_names_what_is_wrong() {
        let over = |text: &str| {
            toml::from_str::<SettingsTable>(text)
                .map_err(|error| error.to_string())
                .and_then(|table| table.over(&Settings::default()))
        };
        assert_eq!(over("connections_max = 6").unwrap().connections_max, 6);
        assert!(over("connections = 6").unwrap_err().contains("unknown field `connections`"));
        assert!(over("portfolio_max = 0").unwrap_err().contains("`portfolio_max`"));
        assert!(over("gather_budget_ms = 99999999").unwrap_err().contains("`gather_budget_ms`"));
    }
}

use crate::Wikidata;
use zero_connector_sdk::testing::{Catalogue, Record};

#[test]
fn every_source_bids_as_the_catalogue_says() {
    let catalogue: Catalogue = toml::from_str(include_str!("../../../catalogue/wikidata.toml")).unwrap();
    catalogue.check::<Wikidata>(0.3, 0.1, Record::plain);
}

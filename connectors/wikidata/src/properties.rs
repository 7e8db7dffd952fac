//! The properties of Wikidata that questions ask for, and the words they ask with.

/// What a property's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Person,
    Place,
    Organisation,
    Item,
    Time,
    Quantity,
    Text,
    Url,
    Coordinates,
}

#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) id: u32,
    /// English, lower case: a claim's property.
    pub(crate) name: &'static str,
    pub(crate) holds: Holds,
    /// Words and phrases that ask for it, parted by `|`, lower case.
    pub(crate) words: &'static str,
}

const fn p(id: u32, name: &'static str, holds: Holds, words: &'static str) -> Property {
    Property { id, name, holds, words }
}

use Holds::{Coordinates, Item, Organisation, Person, Place, Quantity, Text, Time, Url};

/// In the order in which an entity is described when nothing in particular is asked of it.
#[rustfmt::skip] // A row is a line, however many words it has.
pub(crate) const PROPERTIES: &[Property] = &[
    p(31, "instance of", Item, "instance of|what kind of|what type of|kind of thing"),
    p(279, "subclass of", Item, "subclass of|type of|class of"),
    p(106, "occupation", Item, "occupation|profession|job|beruf|profession|ocupación"),
    p(569, "date of birth", Time, "born|birth|birthday|birth date|date of birth|geboren|geburtsdatum|geburtstag|né|née|naissance|nació|nacimiento|nato|nata|nasceu|urodził|родился|родилась"),
    p(570, "date of death", Time, "died|die|death|dead|death date|date of death|gestorben|starb|todesdatum|mort|morte|décès|murió|muerte|morto|morreu|умер|умерла"),
    p(19, "place of birth", Place, "born|birthplace|place of birth|birth place|geboren|geburtsort|né|née|lieu de naissance|nació"),
    p(20, "place of death", Place, "died|die|place of death|death place|gestorben|starb|sterbeort|mort|murió"),
    p(27, "country of citizenship", Place, "citizenship|nationality|citizen|staatsangehörigkeit|nationalité|nacionalidad"),
    p(17, "country", Place, "country|which country|in what country|land|pays|país"),
    p(61, "discoverer or inventor", Person, "discovered|discover|discoverer|discovery|invented|invent|inventor|invention|entdeckt|entdeckte|entdecker|erfunden|erfand|erfinder|découvert|découvreur|inventé|inventeur|descubrió|descubridor|inventó|inventor|scoperto|inventato|scopritore|descobriu|inventou|ontdekte|uitgevonden|odkrył|wynalazł|открыл|изобрёл|изобрел"),
    p(575, "time of discovery or invention", Time, "discovered|discovery|invented|invention|discovery date|entdeckt|erfunden|découvert|découverte|inventé|descubrió|descubierto|inventado"),
    p(189, "location of discovery", Place, "discovered|found"),
    p(36, "capital", Place, "capital|capital city|hauptstadt|capitale|hoofdstad|huvudstad|stolica|столица|首都|başkenti|hovedstad"),
    p(1376, "capital of", Place, "capital of which|capital of what"),
    p(1082, "population", Quantity, "population|inhabitants|how many people live|people live|einwohner|einwohnerzahl|bevölkerung|habitants|población|habitantes|popolazione|abitanti|население"),
    p(38, "currency", Item, "currency|money|währung|monnaie|devise|moneda|valuta|валюта"),
    p(37, "official language", Item, "official language|official languages|language|languages|spoken|speak|amtssprache|sprache|langue officielle|langue|idioma|lengua|lingua"),
    p(2046, "area", Quantity, "area|how big|how large|surface|size|fläche|superficie|oppervlakte|площадь"),
    p(474, "country calling code", Text, "calling code|dialing code|dialling code|phone code|country code|vorwahl|indicatif"),
    p(47, "shares border with", Place, "border|borders|neighbours|neighbors|neighbouring|bordering|grenzt|nachbarländer|frontière|frontera"),
    p(30, "continent", Place, "continent|kontinent|continente"),
    p(421, "located in time zone", Item, "time zone|timezone|zeitzone"),
    p(78, "top-level Internet domain", Item, "top-level domain|internet domain|tld"),
    p(297, "ISO 3166-1 alpha-2 code", Text, "iso code|alpha-2 code"),
    p(35, "head of state", Person, "head of state|president|king|queen|monarch|emperor|präsident|bundespräsident|könig|président|roi|presidente|rey|президент"),
    p(6, "head of government", Person, "head of government|prime minister|mayor|chancellor|governor|ministerpräsident|bürgermeister|bundeskanzler|premier ministre|maire|primer ministro|alcalde"),
    p(122, "basic form of government", Item, "form of government|government type|government|regierungsform"),
    p(85, "anthem", Item, "anthem|national anthem|hymne|nationalhymne|himno"),
    p(1546, "motto", Text, "motto|national motto|devise"),
    p(163, "flag", Item, "flag"),
    p(610, "highest point", Place, "highest point|highest mountain|höchster punkt|point culminant"),
    p(131, "located in the administrative territorial entity", Place, "located|where is|located in|county|state|province|region|liegt|se trouve"),
    p(276, "location", Place, "location|where is|located|kept|wo ist|où est"),
    p(625, "coordinate location", Coordinates, "coordinates|latitude|longitude|koordinaten|coordonnées|coordenadas"),
    p(2044, "elevation above sea level", Quantity, "elevation|altitude|how high|high|height|above sea level|höhe|hoch|altura|altitud"),
    p(2048, "height", Quantity, "height|tall|how tall|high|how high|größe|groß|hoch|hauteur|altura|estatura|taille"),
    p(2043, "length", Quantity, "length|long|how long|länge|lang|longueur|longitud"),
    p(2049, "width", Quantity, "width|wide|how wide|breite|largeur"),
    p(2067, "mass", Quantity, "mass|weight|weigh|weighs|how heavy|masse|gewicht|poids|peso"),
    p(4511, "vertical depth", Quantity, "depth|deep|how deep|tiefe|profondeur"),
    p(2234, "volume", Quantity, "volume as quantity|volume"),
    p(2386, "diameter", Quantity, "diameter|durchmesser|diamètre|diámetro"),
    p(2120, "radius", Quantity, "radius"),
    p(2052, "speed", Quantity, "speed|fast|how fast|geschwindigkeit|vitesse|velocidad"),
    p(1086, "atomic number", Quantity, "atomic number|ordnungszahl|numéro atomique|número atómico"),
    p(246, "element symbol", Text, "chemical symbol|element symbol|symbol|symbole chimique"),
    p(274, "chemical formula", Text, "chemical formula|formula|formel|formule"),
    p(2101, "melting point", Quantity, "melting point|melt|melts|schmelzpunkt|point de fusion"),
    p(2102, "boiling point", Quantity, "boiling point|boil|boils|siedepunkt|point d'ébullition"),
    p(2054, "density", Quantity, "density|dense|dichte|densité"),
    p(225, "taxon name", Text, "scientific name|latin name|taxon name|wissenschaftlicher name|nom scientifique"),
    p(171, "parent taxon", Item, "genus|family|taxon|parent taxon"),
    p(4214, "highest observed lifespan", Quantity, "lifespan|life span|live|lebenserwartung"),
    p(50, "author", Person, "author|wrote|written|write|writer|autor|autorin|schrieb|geschrieben|auteur|écrit|escribió|scritto|escreveu|schreef|napisał|написал"),
    p(57, "director", Person, "director|directed|direct|regisseur|regie|réalisateur|réalisé|dirigió|diretto|regista"),
    p(58, "screenwriter", Person, "screenwriter|screenplay|drehbuch|scénariste|guionista"),
    p(161, "cast member", Person, "cast|starring|stars|actors|actor|actress|played in|darsteller|schauspieler|acteurs"),
    p(86, "composer", Person, "composer|composed|komponist|komponiert|compositeur|composé|compositor|compuso"),
    p(175, "performer", Person, "performer|sings|sang|singer|performed|sung by|sänger|chanteur|cantante"),
    p(170, "creator", Person, "creator|created|create|painted|painter|paint|sculptor|made|gemalt|malte|schuf|peint|peintre|pintó|dipinto"),
    p(84, "architect", Person, "architect|architekt|architecte|arquitecto"),
    p(178, "developer", Organisation, "developer|developed|develops|entwickler|entwickelt|développeur"),
    p(176, "manufacturer", Organisation, "manufacturer|manufactures|makes|maker|hersteller|fabricant"),
    p(123, "publisher", Organisation, "publisher|published by|verlag|éditeur"),
    p(577, "publication date", Time, "published|publication|publication date|released|release|release date|came out|come out|written|erschienen|veröffentlicht|publié|sorti|publicado|estreno"),
    p(136, "genre", Item, "genre"),
    p(495, "country of origin", Place, "country of origin|come from|originate|origin|herkunft"),
    p(407, "language of work", Item, "original language|language of work|written in"),
    p(277, "programmed in", Item, "programmed in|programming language|written in"),
    p(275, "copyright license", Item, "license|licence|lizenz"),
    p(348, "software version identifier", Text, "latest version|version"),
    p(179, "part of the series", Item, "series"),
    p(112, "founded by", Person, "founder|founders|founded|found|founded by|gründer|gegründet|gründete|fondateur|fondé|fundador|fundó|fondatore"),
    p(571, "inception", Time, "founded|established|inception|built|created|started|founding|gegründet|gebaut|fondé|fondée|construit|fundado|fundada|construido"),
    p(576, "dissolved or abolished", Time, "dissolved|abolished|ended|aufgelöst"),
    p(169, "chief executive officer", Person, "ceo|chief executive|chief executive officer|geschäftsführer|pdg|director ejecutivo"),
    p(488, "chairperson", Person, "chairperson|chairman|chair|chairwoman|vorsitzender"),
    p(159, "headquarters location", Place, "headquarters|headquartered|based|head office|hauptsitz|sitz|siège|sede"),
    p(1128, "employees", Quantity, "employees|work for|mitarbeiter|employés|empleados"),
    p(2139, "total revenue", Quantity, "revenue|umsatz|chiffre d'affaires"),
    p(127, "owned by", Organisation, "owner|owns|owned|besitzer|propriétaire|dueño"),
    p(749, "parent organization", Organisation, "parent company|parent organization|parent organisation"),
    p(856, "official website", Url, "website|web site|homepage|url|official site|webseite|site web|sitio web"),
    p(26, "spouse", Person, "spouse|wife|husband|married|marry|partner|ehefrau|ehemann|verheiratet|épouse|mari|esposa|marido|esposo"),
    p(40, "child", Person, "children|child|son|sons|daughter|daughters|kinder|enfants|hijos|figli"),
    p(22, "father", Person, "father|vater|père|padre"),
    p(25, "mother", Person, "mother|mutter|mère|madre"),
    p(3373, "sibling", Person, "sibling|siblings|brother|sister|brothers|sisters|bruder|schwester|frère|sœur|hermano|hermana"),
    p(69, "educated at", Organisation, "educated|study|studied|university|school|alma mater|studiert|étudié|estudió"),
    p(166, "award received", Item, "award|awards|prize|prizes|auszeichnung|prix|premio"),
    p(39, "position held", Item, "position held|office"),
    p(102, "member of political party", Organisation, "party|political party|partei|parti"),
    p(140, "religion", Item, "religion|faith"),
    p(800, "notable work", Item, "notable work|best known work|famous work|works"),
    p(509, "cause of death", Item, "cause of death|die of|died of|die from|todesursache"),
    p(119, "place of burial", Place, "buried|burial|grave|begraben|enterré"),
    p(138, "named after", Item, "named after|name come from|benannt"),
    p(186, "made from material", Item, "made of|made from|material|consist of"),
    p(2284, "price", Quantity, "price|cost|costs"),
    p(1619, "date of official opening", Time, "opened|open|opening|eröffnet|ouvert|inaugurated"),
];

/// By its number.
pub(crate) fn by_id(id: u32) -> Option<&'static Property> {
    PROPERTIES.iter().find(|property| property.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_stands_once_and_can_be_asked_for() {
        for property in PROPERTIES {
            assert_eq!(by_id(property.id).map(|found| found.name), Some(property.name), "P{} twice", property.id);
            let fits = |phrase: &str| !phrase.is_empty() && phrase == phrase.to_lowercase();
            assert!(property.words.split('|').all(fits), "P{}: {}", property.id, property.words);
        }
    }
}

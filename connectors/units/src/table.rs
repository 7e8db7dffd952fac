//! The units: names, UCUM code, dimension and exact factor to the coherent SI unit (bit for data, radian for angles).

/// Exponents of length, mass, time, temperature, data, angle, current.
pub(crate) type Dimension = [i8; 7];

/// One unit. `prefixed` symbols and names take SI prefixes; `binary` ones also take IEC prefixes.
#[derive(Debug)]
pub(crate) struct Row {
    /// Case counts.
    pub(crate) symbols: &'static str,
    /// Case does not.
    pub(crate) names: &'static str,
    pub(crate) ucum: &'static str,
    pub(crate) dimension: Dimension,
    /// A product of decimals and quotients: `1609.344`, `101325/760`.
    pub(crate) factor: &'static str,
    pub(crate) prefixed: bool,
}

const fn row(
    symbols: &'static str,
    names: &'static str,
    ucum: &'static str,
    dimension: Dimension,
    factor: &'static str,
) -> Row {
    Row { symbols, names, ucum, dimension, factor, prefixed: false }
}

const fn si(
    symbols: &'static str,
    names: &'static str,
    ucum: &'static str,
    dimension: Dimension,
    factor: &'static str,
) -> Row {
    Row { symbols, names, ucum, dimension, factor, prefixed: true }
}

const L: Dimension = [1, 0, 0, 0, 0, 0, 0];
const AREA: Dimension = [2, 0, 0, 0, 0, 0, 0];
const VOLUME: Dimension = [3, 0, 0, 0, 0, 0, 0];
const M: Dimension = [0, 1, 0, 0, 0, 0, 0];
const T: Dimension = [0, 0, 1, 0, 0, 0, 0];
pub(crate) const TEMPERATURE: Dimension = [0, 0, 0, 1, 0, 0, 0];
const DATA: Dimension = [0, 0, 0, 0, 1, 0, 0];
const RATE: Dimension = [0, 0, -1, 0, 1, 0, 0];
const ANGLE: Dimension = [0, 0, 0, 0, 0, 1, 0];
const SPEED: Dimension = [1, 0, -1, 0, 0, 0, 0];
const ACCELERATION: Dimension = [1, 0, -2, 0, 0, 0, 0];
const FORCE: Dimension = [1, 1, -2, 0, 0, 0, 0];
const PRESSURE: Dimension = [-1, 1, -2, 0, 0, 0, 0];
const ENERGY: Dimension = [2, 1, -2, 0, 0, 0, 0];
const POWER: Dimension = [2, 1, -3, 0, 0, 0, 0];
const FREQUENCY: Dimension = [0, 0, -1, 0, 0, 0, 0];
/// Metres for each cubic metre.
pub(crate) const ECONOMY: Dimension = [-2, 0, 0, 0, 0, 0, 0];

/// First fits.
pub(crate) const UNITS: &[Row] = &[
    si("m", "meter metre", "m", L, "1"),
    row("in \"", "inch inches", "[in_i]", L, "0.0254"),
    row("ft '", "foot feet", "[ft_i]", L, "0.3048"),
    row("yd", "yard", "[yd_i]", L, "0.9144"),
    row("mi", "mile", "[mi_i]", L, "1609.344"),
    row("nmi NM", "nautical_mile", "[nmi_i]", L, "1852"),
    row("ly", "light_year lightyear", "[ly]", L, "9460730472580800"),
    row("au AU", "astronomical_unit", "AU", L, "149597870700"),
    si("pc", "parsec", "pc", L, "30856775814913673"),
    row("Å", "angstrom", "Ao", L, "1/10000000000"),
    row("", "micron", "um", L, "1/1000000"),
    row("", "furlong", "[fur_us]", L, "201.168"),
    row("", "fathom", "[fth_i]", L, "1.8288"),
    row("", "mil thou", "[mil_i]", L, "0.0000254"),
    si("a", "are", "ar", AREA, "100"),
    row("ha", "hectare", "har", AREA, "10000"),
    row("ac", "acre", "acre", AREA, "4046.8564224"),
    si("l L", "liter litre", "L", VOLUME, "1/1000"),
    row("cc", "", "cm3", VOLUME, "1/1000000"),
    row("", "us_gallon us_gal", "[gal_us]", VOLUME, "0.003785411784"),
    row("", "imperial_gallon uk_gallon imp_gal", "[gal_br]", VOLUME, "0.00454609"),
    row("", "us_quart", "[qt_us]", VOLUME, "0.003785411784/4"),
    row("", "imperial_quart uk_quart", "[qt_br]", VOLUME, "0.00454609/4"),
    row("", "us_pint", "[pt_us]", VOLUME, "0.003785411784/8"),
    row("", "imperial_pint uk_pint", "[pt_br]", VOLUME, "0.00454609/8"),
    row("", "us_cup", "[cup_us]", VOLUME, "0.003785411784/16"),
    row("", "imperial_cup uk_cup", "imperial cup", VOLUME, "0.00454609/16"),
    row("", "metric_cup", "metric cup", VOLUME, "0.00025"),
    row("", "us_fluid_ounce us_fl_oz", "[foz_us]", VOLUME, "0.003785411784/128"),
    row("", "imperial_fluid_ounce uk_fluid_ounce", "[foz_br]", VOLUME, "0.00454609/160"),
    row("", "us_tablespoon us_tbsp", "[tbs_us]", VOLUME, "0.003785411784/256"),
    row("", "imperial_tablespoon", "imperial tablespoon", VOLUME, "0.00454609/256"),
    row("", "us_teaspoon us_tsp", "[tsp_us]", VOLUME, "0.003785411784/768"),
    row("", "imperial_teaspoon", "imperial teaspoon", VOLUME, "0.00454609/768"),
    row("bbl", "barrel", "[bbl_us]", VOLUME, "0.158987294928"),
    si("g", "gram gramme", "g", M, "1/1000"),
    row("t", "tonne metric_ton", "t", M, "1000"),
    row("lb lbs", "pound", "[lb_av]", M, "0.45359237"),
    row("oz ozs", "ounce", "[oz_av]", M, "0.45359237/16"),
    row("st", "stone", "[stone_av]", M, "6.35029318"),
    row("", "us_ton short_ton", "[ston_av]", M, "907.18474"),
    row("", "imperial_ton long_ton", "[lton_av]", M, "1016.0469088"),
    row("", "grain", "[gr]", M, "0.00006479891"),
    row("", "carat", "[car_m]", M, "0.0002"),
    row("", "troy_ounce", "[oz_tr]", M, "0.0311034768"),
    si("s", "second sec secs", "s", T, "1"),
    row("min mins", "minute", "min", T, "60"),
    row("h hr hrs", "hour", "h", T, "3600"),
    row("d", "day", "d", T, "86400"),
    row("wk", "week", "wk", T, "604800"),
    row("", "fortnight", "fortnight", T, "1209600"),
    row("", "month", "mo_j", T, "2629800"),
    row("yr yrs", "year", "a_j", T, "31557600"),
    row("", "leap_year", "leap year", T, "31622400"),
    row("", "common_year", "common year", T, "31536000"),
    row("", "decade", "decade", T, "315576000"),
    row("", "century centuries", "century", T, "3155760000"),
    si("b bit", "bit", "bit", DATA, "1"),
    si("B", "byte", "By", DATA, "8"),
    si("bps", "", "bit/s", RATE, "1"),
    si("Bps", "", "By/s", RATE, "8"),
    si("rad", "radian", "rad", ANGLE, "1"),
    row("°", "degree deg", "deg", ANGLE, "3.14159265358979323846264338327950288/180"),
    row("", "gradian gon", "gon", ANGLE, "3.14159265358979323846264338327950288/200"),
    row("", "turn revolution", "turn", ANGLE, "6.28318530717958647692528676655900577"),
    row("", "arcminute", "'", ANGLE, "3.14159265358979323846264338327950288/10800"),
    row("", "arcsecond", "''", ANGLE, "3.14159265358979323846264338327950288/648000"),
    row("mph", "", "[mi_i]/h", SPEED, "0.44704"),
    row("kmh kph", "", "km/h", SPEED, "1/3.6"),
    row("mps", "", "m/s", SPEED, "1"),
    row("fps", "", "[ft_i]/s", SPEED, "0.3048"),
    row("kn kt kts", "knot", "[kn_i]", SPEED, "1852/3600"),
    row("", "speed_of_light", "[c]", SPEED, "299792458"),
    row("", "standard_gravity", "[g]", ACCELERATION, "9.80665"),
    si("N", "newton", "N", FORCE, "1"),
    row("lbf", "pound_force", "[lbf_av]", FORCE, "4.4482216152605"),
    row("kgf", "kilogram_force", "kgf", FORCE, "9.80665"),
    row("", "dyne", "dyn", FORCE, "0.00001"),
    si("Pa", "pascal", "Pa", PRESSURE, "1"),
    si("bar", "bar", "bar", PRESSURE, "100000"),
    row("atm", "atmosphere", "atm", PRESSURE, "101325"),
    row("psi", "", "[psi]", PRESSURE, "4.4482216152605/0.00064516"),
    row("mmHg", "", "mm[Hg]", PRESSURE, "133.322387415"),
    row("inHg", "", "[in_i'Hg]", PRESSURE, "3386.388640341"),
    row("", "torr", "torr", PRESSURE, "101325/760"),
    si("J", "joule", "J", ENERGY, "1"),
    si("cal", "calorie", "cal", ENERGY, "4.184"),
    si("Wh", "watt_hour", "W.h", ENERGY, "3600"),
    si("eV", "electronvolt", "eV", ENERGY, "1602176634/10000000000000000000000000000"),
    row("BTU Btu", "btu", "[Btu_IT]", ENERGY, "1055.05585262"),
    row("", "erg", "erg", ENERGY, "1/10000000"),
    si("W", "watt", "W", POWER, "1"),
    row("hp", "horsepower", "[HP]", POWER, "745.69987158227022"),
    row("PS", "metric_horsepower", "PS", POWER, "735.49875"),
    si("Hz", "hertz", "Hz", FREQUENCY, "1"),
    row("rpm", "", "/min", FREQUENCY, "1/60"),
    row("", "us_mpg", "[mi_i]/[gal_us]", ECONOMY, "1609.344/0.003785411784"),
    row("", "imperial_mpg uk_mpg", "[mi_i]/[gal_br]", ECONOMY, "1609.344/0.00454609"),
    row("K", "kelvin kelvins", "K", TEMPERATURE, "1"),
    row("C °C", "celsius centigrade", "Cel", TEMPERATURE, "1"),
    row("F °F", "fahrenheit", "[degF]", TEMPERATURE, "5/9"),
    row("°R", "rankine", "[degR]", TEMPERATURE, "5/9"),
];

/// Names that differ between the United States and the imperial system: `(names, what follows "us_" or "imperial_")`.
pub(crate) const VARIANTS: &[(&str, &str)] = &[
    ("gallon gallons gal", "gallon"),
    ("quart quarts qt", "quart"),
    ("pint pints pt", "pint"),
    ("cup cups", "cup"),
    ("fluid_ounce fluid_ounces fl_oz floz", "fluid_ounce"),
    ("tablespoon tablespoons tbsp", "tablespoon"),
    ("teaspoon teaspoons tsp", "teaspoon"),
    ("ton tons", "ton"),
    ("mpg", "mpg"),
];

/// `(symbol, name, power of ten)`.
pub(crate) const PREFIXES: &[(&str, &str, i32)] = &[
    ("da", "deca", 1),
    ("h", "hecto", 2),
    ("k", "kilo", 3),
    ("M", "mega", 6),
    ("G", "giga", 9),
    ("T", "tera", 12),
    ("P", "peta", 15),
    ("E", "exa", 18),
    ("Z", "zetta", 21),
    ("Y", "yotta", 24),
    ("d", "deci", -1),
    ("c", "centi", -2),
    ("m", "milli", -3),
    ("µ", "micro", -6),
    ("μ", "micro", -6),
    ("u", "micro", -6),
    ("n", "nano", -9),
    ("p", "pico", -12),
    ("f", "femto", -15),
];

/// `(symbol, name, power of 1024)`; of data only.
pub(crate) const BINARY: &[(&str, &str, u32)] =
    &[("Ki", "kibi", 1), ("Mi", "mebi", 2), ("Gi", "gibi", 3), ("Ti", "tebi", 4), ("Pi", "pebi", 5), ("Ei", "exbi", 6)];

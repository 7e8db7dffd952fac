//! Closed classes of words: what carries no content, what says nearly the same, what denies.
//!
//! Takes nothing and gives tables; the lists are of function words and frequent words of a language, never of facts.

/// Words that carry no content, by language (the part of the tag before `-`).
pub(crate) fn stop(language: &str) -> &'static str {
    match language {
        "de" => STOP_DE,
        "fr" => STOP_FR,
        "es" => STOP_ES,
        "it" => STOP_IT,
        "pt" => STOP_PT,
        "nl" => STOP_NL,
        _ => "",
    }
}

/// English function and question words: read in every language, for English is quoted in all of them.
pub(crate) const STOP_EN: &str = "a about after all also am an and any are as at be because been before being \
    between both but by can could did do does doing done during each either else ever every for from get gets got had \
    has have having he her here hers him his how i if in into is it its itself just let may me might more most much \
    must my no nor not of off on once only onto or other our out over own please same shall she should so some such \
    tell than that the their them themselves then there these they this those through to too under until up upon us \
    very was we were what when where which while who whom whose why will with would yes you your s t d ll re ve m isn \
    don doesn didn aren wasn weren hasn haven hadn won couldn shouldn wouldn give show find know want need explain \
    describe";

/// Content words so frequent that a match of them says little.
pub(crate) const COMMON_EN: &str = "year time day people person man woman thing way world part place case number group \
    name named call called known know kind type sort form use used using make made first last new old long great good \
    high low large small big many few several one two three main major common general different important become came \
    come go went take took taken begin began happen happened include including example mean means word refer happen \
    current currently today now exactly many often usually early late city country state amount total percent \
    percentage originally located considered around approximately able act action active activity actually add \
    affect aid aim allow almost another appear apply area ask aspect associate attempt available base basic believe \
    benefit body bring build carry cause certain change character choose claim clear close common compare concern \
    condition connect consist contain continue contribute control cover create deal decide define degree depend \
    determine develop differ difference different difficult direct discuss early easy effect effort element enable \
    end ensure entire especially establish event eventually exact exist expect experience express extend face fact \
    factor famous feature feel few field fill final focus follow force free full function further future generally \
    goal grow half hand happen head help hold home hope house human idea identify impact improve increase indicate \
    individual influence initial intend interest involve issue item job join keep lack lead learn leave left less \
    level lie life likely limit line live look lose lot low majority manner matter maximum mean measure member \
    mention method minimum minor modern move nature near necessary next non normal note object occur offer open \
    opposite order other overall part particular pass past pay perform perhaps period place plan play point position \
    possible potential prefer present prevent previous primary prior probably problem process produce project proper \
    prove provide purpose put quality question quickly raise range rate reach real really reason receive recent \
    reduce refer reference regard relate relation remain remove replace represent require respect respond \
    responsible rest result return right role round run say second see seem seen self send separate series serve \
    set show side significant similar simple single situation size small sort source special specific stand start \
    status stay step stop strong structure subject successful successfully suggest support suppose surround system \
    task tend term think thought today together top topic true try turn type typical typically understand unit \
    usual value various view want word work write wrong";

const STOP_DE: &str = "der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren wird \
    werden wurde wurden hat haben hatte in im an am auf aus bei mit nach von vom zu zum zur fur uber unter um als auch \
    nicht nur wie was wer wen wem wessen wann wo woher wohin warum welche welcher welches viel viele es er sie ich du \
    wir ihr sich so dass man";
const STOP_FR: &str = "le la les un une des du de d l et ou mais est sont etait etaient a ont au aux en dans sur sous \
    par pour avec sans ce cet cette ces il elle ils elles on nous vous je tu qui que quoi quel quelle quels quelles \
    quand ou comment pourquoi combien se sa son ses leur leurs ne pas plus y qu est-ce";
const STOP_ES: &str = "el la los las un una unos unas y o pero es son era eran fue fueron ha han de del al a en por \
    para con sin sobre entre que quien quienes cual cuales cuando donde como cuanto cuantos cuantas cuanta se su sus \
    lo le les no mas este esta estos estas ese esa";
const STOP_IT: &str = "il lo la i gli le un uno una e o ma sono era erano fu ha hanno di del della dei delle al alla a \
    da dal in nel nella con su per tra fra che chi quale quali quando dove come quanto quanti quante perche si suo sua \
    non piu questo questa";
const STOP_PT: &str = "o a os as um uma e ou mas sao era eram foi foram tem de do da dos das ao em no na nos nas por \
    para com sem sobre que quem qual quais quando onde como quanto quantos quantas se seu sua nao mais este esta";
const STOP_NL: &str = "de het een en of maar is zijn was waren wordt werd heeft hebben had in op aan uit bij met naar \
    van voor over onder om als ook niet wat wie wanneer waar hoe waarom welke welk hoeveel er het ze hij ik je wij";

/// Forms that no suffix rule brings together, English; the first word of each line stands for all.
pub(crate) const IRREGULAR: &[&str] = &[
    "write wrote written",
    "win won",
    "build built",
    "begin began begun",
    "become became",
    "give gave given",
    "take took taken",
    "lead led",
    "make made",
    "sing sang sung",
    "speak spoke spoken",
    "grow grew grown",
    "buy bought",
    "sell sold",
    "teach taught",
    "fight fought",
    "think thought",
    "lose lost",
    "leave left",
    "hold held",
    "fall fell fallen",
    "choose chose chosen",
    "draw drew drawn",
    "eat ate eaten",
    "fly flew flown",
    "know knew known",
    "rise rose risen",
    "run ran",
    "meet met",
    "pay paid",
    "steal stole stolen",
    "bring brought",
    "catch caught",
    "child children",
    "man men",
    "woman women",
    "person people",
    "foot feet",
    "die died dead death dying",
    "bear born birth birthday birthplace",
    "feed fed",
    "break broke broken",
    "drive drove driven",
    "tell told",
    "say said",
    "keep kept",
    "find found",
    "see saw seen",
    "spend spent",
    "wear wore worn",
];

/// Words of near meaning, English: a match of one for another counts half.
pub(crate) const NEAR: &[&str] = &[
    "write author writer novel",
    "start begin beginning commence establish founder founding founded inception launch",
    "marry wife husband spouse marriage",
    "large big size largest biggest area",
    "locate situated lie location headquarters",
    "cost price worth value expensive",
    "kill murder assassinate",
    "create invent develop design build construct devise introduce",
    "end finish conclude",
    "make produce manufacture production",
    "job profession occupation",
    "name call know title term dub",
    "tall height high elevation",
    "long length",
    "deep depth",
    "wide width",
    "heavy weight mass weigh",
    "old age",
    "fast speed velocity quick",
    "far distance",
    "hot temperature warm cold",
    "inhabitant population resident populated",
    "beat defeat win victory",
    "movie film",
    "car automobile",
    "doctor physician",
    "teach educate education school study",
    "buy acquire purchase",
    "show display depict",
    "help aid assist",
    "leader head ruler president chief",
    "get receive obtain earn",
    "reason cause due because result lead",
    "surrender allow concede",
    "own belong possess",
    "live reside home",
    "think believe consider",
    "happen occur",
    "forbid ban prohibit",
    "need require must necessary",
    "compose comprise consist contain include",
    "role play star perform",
    "choose select elect appoint pick",
    "money fund finance currency",
];

/// Words that deny, as tokens of the word breaker gives them (`n't` is split off by us).
pub(crate) const NEGATORS: &str = "not no never none neither nor nobody nothing nowhere without cannot cant isnt arent \
    wasnt werent dont doesnt didnt hasnt havent hadnt wont wouldnt couldnt shouldnt refused refuse refuses fail fails \
    failed deny denies denied false falsely incorrect untrue hardly barely lack lacks lacked unable refuted \
    nicht kein keine nie ne pas jamais";

/// Month names, January first: English, German, French, Spanish as far as they differ.
pub(crate) const MONTHS: [&str; 12] = [
    "january jan januar janvier enero",
    "february feb februar fevrier febrero",
    "march mar marz mars marzo",
    "april apr avril abril",
    "may mai mayo",
    "june jun juni juin junio",
    "july jul juli juillet julio",
    "august aug aout agosto",
    "september sep sept septembre septiembre",
    "october oct oktober octobre octubre",
    "november nov novembre noviembre",
    "december dec dezember decembre diciembre",
];

/// English number words below a hundred by value; tens and units combine ("twenty-one").
pub(crate) const NUMBERS: &[(&str, f64)] = &[
    ("zero", 0.0),
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("ninety", 90.0),
];

/// Words that multiply the number before them.
pub(crate) const SCALES: &[(&str, f64)] = &[
    ("hundred", 1e2),
    ("thousand", 1e3),
    ("million", 1e6),
    ("millions", 1e6),
    ("billion", 1e9),
    ("trillion", 1e12),
    ("mn", 1e6),
    ("bn", 1e9),
];

"""Words that make tags different, however similar a model finds them."""

__all__ = [
    "DIRECTIONS",
    "FILLERS",
    "GENERIC",
    "NAMES",
    "NATIONS",
    "NEGATIONS",
    "NUMBERS",
    "OPPOSED",
    "OPPOSITES",
    "OTHER_PARTICIPLES",
    "OTHER_PLURALS",
    "PARTICLES",
    "PREFIXES",
    "ROMAN",
    "SWAPPING",
    "TURNING",
]


def _list(text: str) -> list[str]:
    return text.split()


def _words(text: str) -> frozenset[str]:
    return frozenset(_list(text))


# Words without a meaning of their own; the single letters are what cleaning leaves of some of them.
FILLERS = _words("a an the of for and in on with to by from s or as at n")

# Words that belong to the word before them ("zoom in", "set up") if no word follows that they could refer to.
PARTICLES = _words("of for in on with to by from at as out off up down over away back")

# A tag with one of these means the contrary of the tag without it.
NEGATIONS = _words(
    """
    not no non without never un anti except cannot dont doesnt isnt none nor lack lacking minus false fake
    """
)

# Words with two sides: the left cannot be exchanged for the right.
DIRECTIONS = _words(
    """
    to from into vs versus than over under before after by of in on with without for as against between via per
    through
    """
)

# Those of them that reverse the meaning if the words are in another order.
SWAPPING = ("to", "from", "vs", "versus", "into", "than", "before", "after", "without")

# Words for turning one thing into another: of two words before them, the first is turned into the second.
TURNING = _words(
    """
    translation translations translating translate translator conversion conversions converting convert converter
    generation generating generator transcription transliteration transformation migration mapping retrieval
    synthesis
    """
)

# Prefixes that turn a word into a different word.
PREFIXES = _words(
    """
    un in im non anti dis il ir de mis a sub super pre post multi re counter hyper hypo micro macro bi tri semi
    inter intra over under meta pseudo poly mono self co
    """
)

# Pairs of prefixes that turn a word into two contrary ones.
OPPOSED = (
    ("over", "under"),
    ("hyper", "hypo"),
    ("up", "down"),
    ("pre", "post"),
    ("micro", "macro"),
    ("mono", "poly"),
    ("homo", "hetero"),
    ("intra", "inter"),
    ("endo", "exo"),
)

# Generic words, which hardly change the meaning of a tag.
GENERIC = _words(
    """
    request inquiry question query task problem specific example general help assistance issue related usage use
    skill skills practice technique tip tips advice concept topic activity process method approach
    """
)

NUMBERS = {
    word: str(number)
    for number, word in enumerate(_list("zero one two three four five six seven eight nine ten eleven twelve"))
} | {
    "first": "1",
    "second": "2",
    "third": "3",
    "fourth": "4",
    "fifth": "5",
    "single": "1",
    "double": "2",
    "triple": "3",
    "twice": "2",
    "once": "1",
    "half": "1/2",
    "dual": "2",
    "thirteen": "13",
    "twenty": "20",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
}
ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}

# Languages and peoples: two of them are never the same, and their order matters.
NATIONS = tuple(
    _words(names)
    for names in (
        """
        afrikaans albanian amharic arabic armenian azerbaijani basque belarusian bengali bosnian breton bulgarian burmese
        cantonese catalan chinese croatian czech danish dutch english esperanto estonian filipino finnish french
        gaelic galician georgian german greek gujarati hausa hawaiian hebrew hindi hungarian icelandic igbo indonesian
        irish italian japanese javanese kannada kazakh khmer korean kurdish kyrgyz lao latin latvian lithuanian
        luxembourgish macedonian malay malayalam maltese mandarin maori marathi mongolian nepali norwegian pashto
        persian polish portuguese punjabi quechua romanian russian samoan sanskrit scottish serbian sindhi sinhala
        slovak slovenian somali spanish sundanese swahili swedish tajik tamil tatar telugu thai tibetan turkish
        turkmen ukrainian urdu uyghur uzbek vietnamese welsh xhosa yiddish yoruba zulu
        """,
        """
        afghan african algerian american argentine argentinian asian australian austrian bangladeshi belgian brazilian
        british canadian chilean colombian cuban egyptian ethiopian european ghanaian indian iranian iraqi israeli
        jamaican kenyan lebanese malaysian mexican moroccan nigerian pakistani peruvian singaporean swiss syrian
        taiwanese tunisian venezuelan
        """,
    )
)

# Names of one kind: two of them are never the same.
NAMES = (
    *NATIONS,
    _words(
        """
        python java javascript typescript c c++ c# f# .net go golang rust ruby php perl r sql kotlin swift scala
        haskell lua matlab bash powershell html css xml json yaml csv julia dart elixir clojure fortran cobol
        assembly vba react angular vue svelte django flask mysql postgresql mongodb sqlite node.js ios android
        windows linux macos excel word powerpoint
        """
    ),
    _words(
        """
        january february march april may june july august september october november december monday tuesday
        wednesday thursday friday saturday sunday
        """
    ),
    _words(
        """
        japan china india france germany spain italy russia england usa uk europe asia africa america canada australia
        argentina austria belgium brazil bulgaria chile colombia croatia cuba denmark egypt estonia ethiopia finland
        ghana greece hungary iceland indonesia iran iraq ireland israel kenya korea latvia lithuania malaysia mexico
        mongolia morocco nepal netherlands nigeria norway pakistan peru philippines poland portugal romania scotland
        serbia singapore slovakia slovenia sweden switzerland syria taiwan thailand tunisia ukraine venezuela vietnam
        wales
        """
    ),
)

# Words that look like plurals, but mean something else, or nothing, without the s.
OTHER_PLURALS = _words(
    """
    aerobics aids always arms arts athletics aws bus css customs dos dynamics economics gas gis glasses goods
    grounds headquarters https ios james jeans jenkins keras kubernetes lens logistics manners mars means
    mechanics minutes news odds pandas paris perhaps physics politics rails redis rights ros sas savings spirits
    texas thanks williams windows
    """
)

# Words that look like participles of another word, but have a meaning of their own.
OTHER_PARTICIPLES = frozenset(
    (pair.split("/")[0], pair.split("/")[1])
    for pair in _list("""
    account/accounting act/acting advance/advanced age/aged angle/angling bank/banking base/based bear/bearing
    bed/bedding bill/billing board/boarding book/booking bowl/bowling box/boxing build/building cloth/clothing
    condition/conditioning cook/cooked cool/cooling curl/curling date/dating dress/dressing engineer/engineering
    even/evening farm/farming fence/fencing fill/filling floor/flooring frost/frosting fund/funding gift/gifted
    head/heading host/hosting house/housing image/imaging income/incoming inn/inning interest/interested
    interest/interesting land/landing letter/lettering light/lighting limit/limited line/lining market/marketing
    mean/meaning morn/morning network/networking outstand/outstanding page/paging parent/parenting park/parking
    plant/planting present/presenting rat/rating rate/rating relate/related season/seasoning ship/shipping
    side/siding source/sourcing spell/spelling stock/stocking string/stringing stuff/stuffing text/texting
    time/timing top/topping unit/united unite/united wed/wedding
    """)
)

# Words between two semicolons are alternatives to each other.
_ALTERNATIVES = """
    ascending descending; ascend descend; front back; frontend backend;
    addition subtraction multiplication division; add subtract multiply divide; import export; encode decode;
    encoding decoding; encrypt decrypt; encryption decryption; encoder decoder; male female; man woman;
    men women; boy girl; mother father; input output; upload download; increase decrease; positive negative;
    true false; valid invalid; safe unsafe; open closed close; start end stop; begin end; min max;
    minimum maximum; minimize maximize; minimization maximization; first last; left right; top bottom; up down;
    inside outside; internal external; read write; reading writing; reader writer; speaking listening;
    speak listen; buy sell; buying selling; formal informal; long short; longest shortest; large small;
    largest smallest; big small; high low; highest lowest; upper lower; uppercase lowercase; old new;
    past present future; before after; prefix suffix; vertical horizontal; row column; rows columns;
    numerator denominator; hardware software; client server; supervised unsupervised semisupervised;
    public private; static dynamic; local global remote; domestic international national;
    synchronous asynchronous; sync async; union intersection; even odd; push pull; lossy lossless;
    advantage disadvantage; advantages disadvantages; pros cons; pro con; cause effect; question answer;
    summer winter spring autumn fall; morning evening night afternoon; day night; hot cold; easy hard difficult;
    simple complex; simple advanced; basic advanced; beginner intermediate advanced expert; micro macro;
    physical virtual mental emotional; adult child children; student teacher; employee employer manager;
    lawyer client; doctor patient; parent child; sentence word paragraph phrase letter character; word sentence;
    hour minute second day week month year; daily weekly monthly yearly; singular plural; active passive;
    active inactive; qualitative quantitative; deductive inductive; deduction induction;
    integer float string boolean; primary secondary; north south east west; northern southern eastern western;
    fiction nonfiction; offline online; wired wireless; indoor outdoor; legal illegal; manual automatic;
    mean median mode; synonym antonym; synonyms antonyms; bullish bearish; asset liability; debit credit;
    profit loss; inner outer; sender receiver; source target destination; success failure; strength weakness;
    strengths weaknesses; rise fall; win lose; love hate; red green blue yellow black white orange purple;
    rich poor; young old; war peace; life death; enable disable; include exclude; inclusive exclusive;
    attach detach; connect disconnect; lock unlock; install uninstall; do undo;
    array list tuple set dictionary string; lists tuples sets strings arrays;
    square cube circle triangle rectangle; square cubic quadratic linear exponential logarithmic; cat dog;
    god goddess; king queen; prince princess; hero villain; bfs dfs; stack queue heap; depth breadth;
    forward backward; clockwise counterclockwise; odd even; title subtitle; bachelor master;
    breakfast lunch dinner brunch; summary detailed; brief detailed; layman technical; sin cos tan;
    sine cosine tangent; credit debit; theoretical practical experimental; ancient modern medieval;
    personal professional; deep shallow; fiction poetry drama; undergraduate graduate; absolute relative;
    conditional unconditional; inbound outbound; upstream downstream; vegan vegetarian; in out; on off;
    historian historical; historian history; homogeneous heterogeneous; endothermic exothermic; convex concave;
    monotheism polytheism; overt covert;
"""


def _opposites() -> dict[str, frozenset[str]]:
    opposites: dict[str, frozenset[str]] = {}
    for line in _ALTERNATIVES.strip().splitlines():
        for group in line.strip().rstrip(";").split(";"):
            words = frozenset(group.split())
            for word in words:
                opposites[word] = opposites.get(word, frozenset()) | (words - {word})
    return opposites


OPPOSITES = _opposites()

"""Words that show what is a tag, and what only stands in place of one."""

import re
from unicodedata import normalize

__all__ = [
    "FIELDS",
    "NAMES",
    "TITLES",
    "WHY",
    "WRAPPERS",
    "is_apology",
    "is_name",
    "is_placeholder",
    "is_schema",
    "is_tag",
    "key_of",
    "lowered",
]

# Keys for a tag, or for several, in the languages that models answer in.
NAMES = frozenset(
    """
    tag tags taglist label labels intention intentions intent intents category categories topic topics keyword
    keywords schlagwort schlagworte schlagwörter stichwort stichworte stichwörter kategorie kategorien absicht
    absichten thema themen etikett etiketten étiquette étiquettes balise balises motclé motsclés catégorie
    catégories etiqueta etiquetas categoría categorías categoria categorias intención intenciones intenção
    intenções etichetta etichette intenzione intenzioni 标签 标签列表 標籤 意图 意圖 类别 類別 分类 分類 主题 关键词 タグ ラベル 意図 カテゴリ カテゴリー
    キーワード 태그 의도 라벨 레이블 카테고리 키워드 тег теги тэг тэги метка метки намерение намерения категория категории etykieta
    etykiety tagi tagy štítek štítky etiket etiketler nhãn thẻ ýđịnh وسم وسوم الوسوم علامات टैग
    """.split()  # noqa: SIM905 - read as the words they are
)
# Keys for its explanation.
WHY = frozenset(
    """
    explanation explanations description descriptions reason reasons rationale why justification definition
    meaning details erklärung erklärungen begründung begründungen beschreibung explication explications raison
    raisons explicación explicaciones razón descripción spiegazione spiegazioni motivo descrizione explicação
    explicações razão descrição 解释 解釋 说明 說明 理由 原因 描述 説明 설명 이유 объяснение пояснение причина описание uitleg reden
    förklaring forklaring wyjaśnienie vysvětlení açıklama giảithích lýdo شرح توضيح تفسير विवरण
    """.split()  # noqa: SIM905 - read as the words they are
)
# Words beside such a key that mean that these are not the tags, and the words of a key.
OTHERS = frozenset(
    """
    allowed available candidate candidates deleted discarded draft example examples excluded existing irrelevant
    negative no non not old possible previous rejected removed unrelated unused wrong
    """.split()  # noqa: SIM905 - read as the words they are
)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+")
# Keys that may be for a tag if no other key is.
TITLES = frozenset({"title", "name", "value", "text", "名称", "名前", "이름", "название", "nombre", "nom", "nome"})
# Keys around an answer.
WRAPPERS = frozenset(
    """
    answer answers response output result results data arguments parameters args input content json final
    finalanswer object items item list values elements function functioncall toolcall toolcalls parsed payload
    """.split()  # noqa: SIM905 - read as the words they are
)
# Keywords of a JSON schema, which holds no answer.
SCHEMA = frozenset(
    {"properties", "required", "enum", "items", "definitions", "$defs", "additionalproperties", "$schema", "anyof"}
)
TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean"})
# Names of fields: an object with one of these does not map tags to their explanations.
FIELDS = (
    NAMES
    | WHY
    | TITLES
    | WRAPPERS
    | SCHEMA
    | frozenset(
        """
    type error errors message messages status code query question instruction prompt language lang role id
    confidence score summary thought thoughts reasoning analysis refusal apology note notes task example
    examples format schema user assistant system warning success detail
    """.split()  # noqa: SIM905 - read as the words they are
    )
)

PLACEHOLDERS = frozenset(
    """
    tag tags tagname nameoftag nameofthetag yourtag yourtaghere taghere atag firsttag secondtag thetag
    anothertag explanation explanationhere yourexplanation yourexplanationhere anexplanation shortexplanation
    briefexplanation explanationofthetag onesentence oneshortsentence shortsentence
    explanationinoneshortsentence whyitfits placeholder n/a none null 标签 解释 tag解释
    """.split()  # noqa: SIM905 - read as the words they are
)
# These can be tags, and are placeholders only if their explanation is one.
TYPED = frozenset({"str", "string", "text"})
NUMBER = re.compile(r"\d+$|(?<=tag)[a-cn]$|(?<=explanation)[a-cn]$")

# Beginnings of refusals and apologies, in several languages.
APOLOGY = re.compile(
    r"""\W*(?:
    (?:i\W?\s?a?m\s+(?:so\s+|very\s+|really\s+|terribly\s+)?sorry | sorry\b\s*(?:[,.!—–]|but\b|i\b)
      | my\s+apologies\b | apologies\b\s*(?:[,.!]|but\b) | i\s+apologi[sz]e | unfortunately\b\s*,?\s*(?:i|we|this|the|no)\b
      | (?:i|we)\s+(?:can\W?t|cannot|can\s+not|could\s?n\W?t|won\W?t|will\s+not|am\s+(?:not\s+able|unable)|do\s?n\W?t|must\s+decline|decline)\b
      | i\W?m\s+(?:unable|not\s+able|afraid)\b | as\s+an?\s+(?:ai|language\s+model|assistant)\b )
    | es\s+tut\s+mir\s+leid | tut\s+mir\s+leid | entschuldigung\b\s*[,.!] | leider\s+(?:kann|ist|bin)\b | ich\s+kann\b
    | (?:je\s+suis\s+)?désolée?\b | je\s+ne\s+(?:peux|puis)\b | lo\s+siento | no\s+puedo | perd[oó]n\b\s*[,.!] | lamento\b
    | mi\s+dispiace | non\s+posso | desculpe\b | sinto\s+muito | não\s+posso
    | 对不起 | 對不起 | 抱歉 | 很抱歉 | 非常抱歉 | 我无法 | 我不能 | 我無法 | 作为(?:一个|一名)?(?:ai|人工智能)
    | 申し訳 | すみません | ごめんなさい | 죄송 | 미안 | извините | простите | к\s+сожалению | я\s+не\s+могу | przepraszam | üzgünüm
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Words of sentences, which tags do not have.
CLAUSE = re.compile(
    r"""\b(?:i|i['’]m|i['’]ve|i['’]ll|you|you['’]re|we|it['’]s|let['’]s|let\s+me|is|are|am|was|were|can['’]t|cannot|can|could|would|will|won['’]t
    |don['’]t|doesn['’]t|didn['’]t|isn['’]t|sorry|please|here|there|this|that|these|those|sure|okay|yes|wait|hmm+|maybe|perhaps
    |seems?|looks?\s+like|hope|ich|nicht|kann|leider|ist|sind|je|ne\s+\w+\s+pas|c['’]est|est|puedo|siento|não|são)\b
    |[我你您请請]|无法|不能|です|ます|ません|습니다|\b(?:я|вы|это|не)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Words that continue a line, and do not begin a tag.
JOINING = re.compile(r"(?:the|a|an|of|into|in|on|at|to|and|or|but|with|for|from|by|as|if|so)\b", re.IGNORECASE)
ENDING = re.compile(r"[.!?。！？]\s|[!?。！？]$|[^.]\.$")
BLANKS = re.compile(r"[\s_\-–*`'’\"“”]+")
# Characters that separate tags, or are code.
MARKED = re.compile(r"[;|=<>{}\[\]\n；｜]|:\s|：|^\d+[.)]\s")
# The most words of a tag, and the most characters of one in a script without spaces.
WORDS = 8
LETTERS = 60


def key_of(name: str) -> str:
    """A key in the form that is compared: without case, spaces, dashes and quotation marks.

    Examples
    --------
    >>> key_of(" Final_Answer ")
    'finalanswer'
    """
    return BLANKS.sub("", normalize("NFKC", name)).casefold()


def lowered(name: str) -> str:
    """A key in lower case, without space around it: expected keys are compared more strictly than others."""
    return name.strip().lower()


def is_name(name: str) -> bool:
    """Whether a key means tags, alone or as the last of its words.

    Examples
    --------
    >>> is_name("Tags"), is_name("user_intent"), is_name("mainTags"), is_name("rejected tags"), is_name("color")
    (True, True, True, False, False)
    """
    if key_of(name) in NAMES:
        return True
    words = [word.casefold() for word in WORD.findall(normalize("NFKC", name))]
    return bool(words) and words[-1] in NAMES and not OTHERS.intersection(words)


def is_apology(text: str) -> bool:
    """Whether a text is an apology or refusal.

    Examples
    --------
    >>> is_apology("I'm sorry, but I can't help."), is_apology("apology letter")
    (True, False)
    """
    return APOLOGY.match(text) is not None


def is_placeholder(tag: str, explanation: str | None) -> bool:
    """Whether a tag and its explanation are only placeholders.

    Examples
    --------
    >>> is_placeholder("string", "string"), is_placeholder("string", "About strings.")
    (True, False)
    """
    blank = explanation is None or _is_blank(explanation, typed=True)
    return blank and _is_blank(tag, typed=explanation is not None)


def is_schema(names: list[str], kind: object) -> bool:
    """Whether an object with these keys, and this `type`, is the schema of an answer, and not an answer."""
    return (isinstance(kind, str) and key_of(kind) in TYPES) or len(SCHEMA.intersection(names)) > 1


def is_tag(text: str, words: int = WORDS) -> bool:
    """Whether a text looks like a tag, and not like a sentence or a part of one.

    Examples
    --------
    >>> is_tag("Spelling and Grammar Check"), is_tag("I think it is about physics.")
    (True, False)
    """
    return (
        any(map(str.isalnum, text))
        and len(text) <= LETTERS
        and len(text.split()) <= words
        and not ENDING.search(text)
        and not MARKED.search(text)
        and not CLAUSE.search(text)
        and not JOINING.match(text)
        and not is_apology(text)
    )


def _is_blank(text: str, *, typed: bool) -> bool:
    key = key_of(text).strip("<>[]{}().…")
    return not key or key in PLACEHOLDERS or NUMBER.sub("", key) in {"tag", "explanation"} or (typed and key in TYPED)

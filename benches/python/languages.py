"""How many tags join their twins in other languages: the table of docs/normalizing.md.

python benches/python/languages.py
"""

from collections.abc import Callable, Iterator

import polars as pl

import instag

# An English tag, another that is related to it and must stay apart, and translations of the first.
PAIRS = [
    ("machine translation", "speech recognition", ["机器翻译", "traducción automática", "maschinelle Übersetzung"]),
    ("linear algebra", "geometry", ["线性代数", "álgebra lineal", "линейная алгебра"]),
    ("travel planning", "hotel booking", ["旅行计划", "planificación de viajes", "Reiseplanung"]),
    ("cooking recipe", "restaurant review", ["烹饪食谱", "receta de cocina", "Kochrezept"]),
    ("world history", "politics", ["世界历史", "historia mundial", "Weltgeschichte"]),
    ("weather forecast", "climate change", ["天气预报", "pronóstico del tiempo", "прогноз погоды"]),
    ("love letter", "poem", ["情书", "carta de amor", "Liebesbrief"]),
    ("stock market", "accounting", ["股票市场", "mercado de valores", "фондовый рынок"]),
    ("data analysis", "database", ["数据分析", "análisis de datos", "Datenanalyse"]),
    ("job interview", "resume writing", ["求职面试", "entrevista de trabajo", "Vorstellungsgespräch"]),
]
SETTINGS = [("minilm", 0.05), ("minilm", 0.2), ("use", 0.05), ("use", 0.2), ("use", 0.3), ("use", 0.4)]


def joined(embedder: str, distance: float) -> tuple[int, int]:
    """How many translations become their English tag, and how many related tags do."""
    names = [name for tag, related, others in PAIRS for name in (tag, tag, tag, related, related, *others)]
    frame = pl.DataFrame({"tags": [[name] for name in names]})
    done = instag.normalize(frame, embedder=embedder, distance=distance, steps=("rules", "semantic"))
    fate = dict(done.merges.select("from", "to").rows())
    right = sum(fate.get(other) == tag for tag, _, others in PAIRS for other in others)
    wrong = sum(fate.get(related, related) == fate.get(tag, tag) for tag, related, _ in PAIRS)
    return right, wrong


def table() -> Iterator[str]:
    """The table, line by line."""
    total = sum(len(others) for _, _, others in PAIRS)
    yield "| embedder | distance | translations joined | related tags joined |"
    yield "|---|---|---|---|"
    for embedder, distance in SETTINGS:
        right, wrong = joined(embedder, distance)
        yield f"| {embedder} | {distance:.2f} | {right} of {total} | {wrong} of {len(PAIRS)} |"


def main(show: Callable[[str], None] = print) -> None:
    for line in table():
        show(line)


if __name__ == "__main__":
    main()
